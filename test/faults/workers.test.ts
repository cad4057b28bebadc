// Workers die, all die, fall silent and come back, lose their connection: the job never shows it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PEOPLE, SOME_SECONDS } from '#test/support/fault-configs.ts'
import { cuttableProxy } from '#test/support/proxy.ts'
import { testStack } from '#test/support/stack.ts'

test('workers that come and go', async (t) => {
  const proxy = await cuttableProxy(t)
  const { stack, api, query, submit, untilShare, assertWhole } = await testStack(t, {
    workers: 3,
    env: { 'worker-3': { SYNDATA_COORDINATOR: proxy.address } },
    onPlan: ({ fleetAddresses }) => proxy.connectTo(fleetAddresses),
  })
  const workers = stack.processes.filter(({ role }) => role === 'worker').map(({ name }) => name)

  await t.test('one is killed with SIGKILL in the middle of a lease', async () => {
    const jobId = await submit(PEOPLE, SOME_SECONDS)
    await untilShare(jobId, 0.2)
    stack.kill('worker-1')
    const job = await assertWhole(jobId, PEOPLE, SOME_SECONDS)
    assert.ok(job.reassigned >= 1, 'a lease must have moved')
    assert.equal(job.retries, 0, 'a lost worker is not a failed chunk')
    const log = await api.logs(jobId)
    assert.ok(log.some(({ message }) => message.includes('worker-1') && message.includes('lost')))
  })

  await t.test('all are killed at once', async () => {
    const jobId = await submit(PEOPLE, SOME_SECONDS)
    await untilShare(jobId, 0.2)
    for (const name of workers) stack.kill(name)
    await assertWhole(jobId, PEOPLE, SOME_SECONDS)
  })

  await t.test('one is stopped, taken for lost, and comes back with its results', async () => {
    const jobId = await submit(PEOPLE, SOME_SECONDS)
    await untilShare(jobId, 0.2)
    const held = await query<{ worker: string }>(
      `select w.name as worker from leases l join workers w on w.id = l.worker_ids[1] where l.job_id = $1`,
      [jobId],
    )
    const name = held[0]?.worker ?? 'worker-1'
    stack.kill(name, 'SIGSTOP')
    await assertWhole(jobId, PEOPLE, SOME_SECONDS)
    stack.kill(name, 'SIGCONT')
    await stack.waitHealthy(name)
    await assertWhole(jobId, PEOPLE, SOME_SECONDS)
    const losses = await query(
      `select id from chunk_failures where job_id = $1 and kind = 'error'`,
      [jobId],
    )
    assert.deepEqual(losses, [])
  })

  await t.test('one loses its connection and has it again', async () => {
    const jobId = await submit(PEOPLE, SOME_SECONDS)
    await untilShare(jobId, 0.2)
    proxy.cut()
    await assertWhole(jobId, PEOPLE, SOME_SECONDS)
    await stack.waitHealthy('worker-3')
  })
})
