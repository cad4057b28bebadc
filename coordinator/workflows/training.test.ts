// The workflow of a training, on a real Temporal server with scripted activities.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WorkflowFailedError } from '@temporalio/client'
import { assertFails, createGate, failsAs, until } from '#test/support/workflow-script.ts'
import { openStage, planOf, type Stage } from '#test/support/workflow-stage.ts'
import { pause, resume } from './control.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

const training = { paused: false, workflow: 'training' } as const

test('a model is trained, kept and hashed, in this order', async () => {
  const job = await stage.start({ plan: planOf(1) }, training)
  await job.handle.result()
  assert.deepEqual(job.calls, [
    'planJob',
    'placeTraining',
    'mergeOutput',
    'hashOutputs',
    'completeJob',
  ])
  assert.deepEqual(job.queues, ['train.cpu'])
})

test('a lease that comes back is placed anew: on a GPU while one is free', async () => {
  const free = [true, true, false]
  const job = await stage.start(
    {
      plan: planOf(1),
      gpu: () => free.shift() ?? false,
      async lease() {
        if (job.leases.length < 3) throw failsAs('lease_returned', { nonRetryable: true })
      },
    },
    training,
  )
  await job.handle.result()
  assert.deepEqual(job.queues, ['train.gpu', 'train.gpu', 'train.cpu'])
})

test('a training that is paused is not begun again before it is resumed', async () => {
  const gate = createGate()
  const job = await stage.start(
    {
      plan: planOf(1),
      async lease(_, { signal }) {
        if (job.leases.length > 1) return
        await gate.hold(signal)
        throw failsAs('lease_returned', { nonRetryable: true })
      },
    },
    training,
  )
  await until('the lease to run', () => job.leases.length === 1)
  await job.handle.signal(pause)
  await until('the pause to be seen', async () =>
    ((await job.handle.describe()).typedSearchAttributes.getAll() ?? []).some(
      ({ value }) => value === 'paused',
    ),
  )
  gate.open()
  await job.handle.signal(resume)
  await job.handle.result()
  assert.equal(job.leases.length, 2)
})

test('a training that cannot be done fails with its cause; one that is cancelled ends as such', async () => {
  const dead = await stage.start(
    {
      plan: planOf(1),
      lease: () => Promise.reject(failsAs('poison_chunk', { nonRetryable: true })),
    },
    training,
  )
  await assertFails(dead, { code: 'poison_chunk', message: /it was poison_chunk/ })
  const gate = createGate()
  const job = await stage.start(
    { plan: planOf(1), lease: (_, { signal }) => gate.hold(signal) },
    training,
  )
  await until('the lease to run', () => job.leases.length === 1)
  await job.handle.cancel()
  await assert.rejects(job.handle.result(), WorkflowFailedError)
  assert.equal(job.calls.at(-1), 'cancelJob')
})
