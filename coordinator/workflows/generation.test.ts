// The workflows' decisions, on a real Temporal server with scripted activities.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client'
import { assertFails, createGate, failsAs, sum, until } from '#test/support/workflow-script.ts'
import { openStage, planOf, type ScriptedJob, type Stage } from '#test/support/workflow-stage.ts'
import { pause, progress, resume, setConcurrency } from './control.ts'
import { LANES, REMAKES_MAX } from './policies.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

const statusOf = async (job: ScriptedJob) => (await job.handle.describe()).status.name

test('a job is planned, made, hashed, merged and published, in this order', async () => {
  const plan = planOf(3, { publishers: ['own', 'other'], arweave: true })
  const job = await stage.start({ plan })
  await job.handle.result()
  assert.deepEqual(
    job.leases.map(({ from, to }) => `${from}-${to}`).toSorted((a, b) => a.localeCompare(b)),
    ['0-1', '1-2', '2-3'],
  )
  const order = job.calls.filter((name) => name !== 'hashOutputs')
  assert.deepEqual(order, [
    'planJob',
    'mergeOutput',
    'writeManifest',
    'publishOutput',
    'publishOutput',
    'signArweave',
    'postArweave',
    'completeJob',
  ])
  assert.ok(job.calls.indexOf('hashOutputs') < job.calls.indexOf('writeManifest'))
})

test('a job with a database loads table after table, before anything is published', async () => {
  const [table] = planOf(2).tables
  assert.ok(table)
  const tables = [table, { ...table, name: 'u' }]
  let tries = 0
  const job = await stage.start({
    plan: planOf(2, { tables, publishers: ['own'], load: true }),
    on: {
      async loadOutput() {
        if (++tries === 2) throw failsAs('load_failed')
      },
    },
  })
  await job.handle.result()
  assert.deepEqual(job.calls.slice(job.calls.indexOf('writeManifest') + 1), [
    'prepareLoad',
    'loadOutput',
    'loadOutput',
    'loadOutput',
    'finishLoad',
    'publishOutput',
    'completeJob',
  ])
  const refused = await stage.start({
    plan: planOf(1, { load: true }),
    on: { prepareLoad: () => Promise.reject(failsAs('load_failed', { nonRetryable: true })) },
  })
  await assertFails(refused, { code: 'load_failed', message: /it was load_failed/ })
  assert.equal(refused.calls.filter((name) => name === 'prepareLoad').length, 1)
  assert.ok(!refused.calls.includes('loadOutput'))
})

test('never more leases in flight than lanes, and setConcurrency moves the limit', async () => {
  const gate = createGate()
  const job = await stage.start({ plan: planOf(80), lease: (_, { signal }) => gate.hold(signal) })
  const { handle, jobId } = job
  await until('all lanes full', () => sum(job.inFlight) === LANES)
  for (const wrong of [0, -1, 1.5, LANES + 1])
    await assert.rejects(
      handle.executeUpdate(setConcurrency, { args: [wrong] }),
      WorkflowUpdateFailedError,
    )
  assert.equal(await handle.executeUpdate(setConcurrency, { args: [2] }), 2)
  assert.equal((await handle.query(progress)).lanes, 2)
  const begun = job.leases.length
  job.inFlightMax.clear()
  gate.open()
  await handle.result()
  assert.equal(begun, LANES)
  assert.equal(job.leases.length, 80)
  assert.ok((job.inFlightMax.get(`generation/${jobId}`) ?? 0) <= 2)
})

test('pause starts no lease, lets those in flight end, and resume goes on', async () => {
  const gate = createGate()
  const job = await stage.start({
    plan: planOf(40),
    lease: ({ from }, { signal }) => (from < LANES ? gate.hold(signal) : Promise.resolve()),
  })
  const { handle } = job
  await until('all lanes full', () => sum(job.inFlight) === LANES)
  await handle.signal(pause)
  await until('pause to be known', async () => (await handle.query(progress)).paused)
  gate.open()
  await until('leases to end', async () => (await handle.query(progress)).leasesDone === LANES)
  assert.equal(job.leases.length, LANES)
  await handle.signal(resume)
  await handle.result()
  assert.equal(job.leases.length, 40)
})

test('a pause that comes before the first step is obeyed', async () => {
  const job = await stage.start({ plan: planOf(3) }, { paused: true })
  const { handle } = job
  await until('planning', () => job.calls.includes('planJob'))
  assert.ok((await handle.query(progress)).paused)
  await until('the operator to see it', async () =>
    ((await handle.describe()).typedSearchAttributes.getAll() ?? []).some(
      ({ value }) => value === 'paused',
    ),
  )
  assert.equal(job.leases.length, 0)
  await handle.signal(resume)
  await handle.result()
  assert.equal(job.leases.length, 3)
})

test('cancelling reaches the leases and ends with cancelJob alone', async () => {
  const gate = createGate()
  let cancelled = 0
  const job = await stage.start({
    plan: planOf(4),
    lease: (_, { signal }) =>
      gate.hold(signal).catch((error: unknown) => {
        cancelled++
        throw error
      }),
  })
  await until('leases to run', () => sum(job.inFlight) === 4)
  await job.handle.cancel()
  await assert.rejects(job.handle.result(), WorkflowFailedError)
  assert.equal(await statusOf(job), 'CANCELLED')
  assert.equal(job.calls.at(-1), 'cancelJob')
  assert.ok(!job.calls.includes('failJob'))
  await until('leases to be told', () => cancelled === 4)
})

test('cancelling before anything is planned ends with cancelJob', async () => {
  const gate = createGate()
  const job = await stage.start({ plan: planOf(1), on: { planJob: () => gate.opened } })
  await until('planning', () => job.calls.includes('planJob'))
  await job.handle.cancel()
  await assert.rejects(job.handle.result(), WorkflowFailedError)
  gate.open()
  assert.equal(job.calls.at(-1), 'cancelJob')
})

test('a dead chunk fails the job at once, with its code and message, and cancels the other leases', async () => {
  const gate = createGate()
  let cancelled = 0
  const job = await stage.start({
    plan: planOf(100),
    async lease({ from }, { signal }) {
      if (from === 3) {
        await until('the others to run', () => sum(job.inFlight) === LANES)
        throw failsAs('poison_chunk', { nonRetryable: true })
      }
      await gate.hold(signal).catch((error: unknown) => {
        cancelled++
        throw error
      })
    },
  })
  await assertFails(job, { code: 'poison_chunk', message: /it was poison_chunk/ })
  assert.equal(await statusOf(job), 'FAILED')
  assert.equal(job.leases.length, LANES)
  await until('the others to be told', () => cancelled === LANES - 1)
})

test('a chunk that failed, a lease that came back and a lost heartbeat are tried again', async () => {
  const tries: string[] = []
  const job = await stage.start({
    plan: planOf(3),
    async lease({ from }, { attempt, signal }) {
      const before = tries.filter((line) => line.startsWith(`${from}:`)).length
      tries.push(`${from}:${attempt}`)
      if (from === 0 && before < 6) throw failsAs('chunk_failed')
      if (from === 1 && before < 3) throw failsAs('lease_returned', { nonRetryable: true })
      // No heartbeat: its attempt is given up after 10 seconds and begun anew.
      if (from === 2 && before === 0)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  })
  await job.handle.result()
  const of = (from: number) =>
    tries.filter((line) => line.startsWith(`${from}:`)).map((line) => Number(line.slice(2)))
  assert.deepEqual(of(0), [1, 2, 3, 4, 1, 2, 3])
  assert.deepEqual(of(1), [1, 1, 1, 1])
  assert.deepEqual(of(2), [1, 2])
  assert.equal(job.errors.length, 0)
})

test('leases that come back for hours: the run goes on in a new one, with its limit', async () => {
  const runs = new Set<string>()
  const job = await stage.start({
    plan: planOf(20),
    async lease(_, { runId }) {
      runs.add(runId)
      if (runs.size < 2) throw failsAs('lease_returned', { nonRetryable: true })
    },
  })
  await job.handle.executeUpdate(setConcurrency, { args: [7] })
  await job.handle.result()
  assert.equal(job.calls.filter((name) => name === 'planJob').length, 2)
  assert.equal((await job.handle.query(progress)).lanes, 7)
  const first = stage.temporal.client.workflow.getHandle(job.handle.workflowId, [...runs][0])
  const { status, historyLength } = await first.describe()
  assert.equal(status.name, 'CONTINUED_AS_NEW')
  assert.ok(historyLength < 10_000, `${historyLength} events`)
})

test('a lost part makes the job plan again; parts lost every time end it', async () => {
  const missing = failsAs('part_missing', { nonRetryable: true })
  let merges = 0
  const once = await stage.start({
    plan: planOf(2),
    on: {
      async mergeOutput() {
        if (merges++ === 0) throw missing
      },
    },
  })
  await once.handle.result()
  assert.ok(once.calls.indexOf('dropLostParts') < once.calls.lastIndexOf('planJob'))
  assert.equal(once.calls.filter((name) => name === 'planJob').length, 2)
  assert.equal(once.calls.filter((name) => name === 'completeJob').length, 1)
  assert.equal(once.leases.length, 4)
  let hashes = 0
  const hashed = await stage.start({
    plan: planOf(2),
    on: {
      async hashOutputs() {
        if (hashes++ === 0) throw missing
      },
    },
  })
  await hashed.handle.result()
  assert.equal(hashes, 2)
  const always = await stage.start({
    plan: planOf(1),
    on: { mergeOutput: () => Promise.reject(missing) },
  })
  await assertFails(always, { code: 'part_missing', message: /Check the part store/ })
  assert.equal(always.calls.filter((name) => name === 'planJob').length, REMAKES_MAX + 1)
})

test('publishing that fails for good fails the job with the publisher’s reason', async () => {
  const job = await stage.start({
    plan: planOf(1, { publishers: ['other'] }),
    on: { publishOutput: () => Promise.reject(failsAs('publish_failed')) },
  })
  await assertFails(job, { code: 'publish_failed', message: /it was publish_failed/ })
  assert.equal(job.calls.filter((name) => name === 'publishOutput').length, 4)
})
