// What operators do to running jobs and to the fleet: pause, cancel, delete, terminate, throttle, prefer, drain, revoke.

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { workflowIdOf } from '#coordinator/jobs/job-kind.ts'
import { NAMESPACE } from '#scripts/stack/temporal.ts'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { newToken, type Rest, restOf } from '#test/support/rest.ts'
import { type TestStack, testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'
import { startWorker, type WorkerProcess } from '#test/support/worker-process.ts'

/** 24 to 48 leases on the stack’s 12 slots: some run, some wait. */
const LONG = { rows: 2_400_000, chunk_rows: 5_000 }
/** 48 leases and more: not all of them fit into the lanes of a run. */
const LONGER = { rows: 7_200_000, chunk_rows: 5_000 }
const SHORT = { rows: 50_000, chunk_rows: 5_000 }
const EXIT_REFUSED = 78

test('operators', async (t) => {
  const fleet = await testStack(t, { workers: 2, env: { worker: { SYNDATA_THREADS: '6' } } })
  await jobsUnderControl(t, fleet)
  await fleetUnderControl(t, fleet)
})

async function jobsUnderControl(t: TestContext, fleet: TestStack): Promise<void> {
  const { stack, api, submit, untilShare, assertWhole } = fleet
  const rest = restOf(stack)
  const { leasesOf, untilIdle, assertStands } = watch(fleet)
  const act = async (jobId: string, action: string) =>
    (await rest('POST', `/api/jobs/${jobId}/${action}`)).status
  const handleOf = await temporalHandles(t, stack.temporal_address)

  await t.test('pause stops new leases, resume goes on', async () => {
    const jobId = await submit(PEOPLE, LONG)
    await untilShare(jobId, 0.02)
    assert.equal(await act(jobId, 'pause'), 202)
    assert.equal((await api.job(jobId)).status, 'paused')
    await untilIdle(jobId)
    await assertStands(jobId, 'paused')
    assert.equal(await act(jobId, 'pause'), 409)
    assert.equal(await act(jobId, 'retry'), 409)
    assert.equal(await act(jobId, 'resume'), 202)
    assert.equal(await act(jobId, 'resume'), 409)
    await assertWhole(jobId, PEOPLE, LONG)
  })

  await t.test('a pause outlives the coordinator and what Temporal knows', async () => {
    const jobId = await submit(PEOPLE, LONG)
    await untilShare(jobId, 0.02)
    assert.equal(await act(jobId, 'pause'), 202)
    await untilIdle(jobId)
    await stack.restart('coordinator-1')
    await assertStands(jobId, 'paused')
    await stack.halt('temporal')
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(stack.dataDir, `temporal.db${suffix}`), { force: true })
    await stack.restart('temporal')
    await stack.waitHealthy()
    const isRunning = async () => {
      const found = await handleOf(jobId)
        .describe()
        .catch(() => null)
      return found?.status.name === 'RUNNING'
    }
    await waitFor(isRunning, { what: 'the run to be started again', timeoutMs: 60_000 })
    await assertStands(jobId, 'paused')
    assert.equal(await act(jobId, 'resume'), 202)
    await assertWhole(jobId, PEOPLE, LONG)
  })

  await t.test('cancel stops at once, retry goes on from the ledger', async () => {
    const jobId = await submit(PEOPLE, LONG)
    await untilShare(jobId, 0.1)
    assert.equal(await act(jobId, 'cancel'), 202)
    assert.equal((await api.job(jobId)).status, 'cancelled')
    assert.equal(await leasesOf(jobId), 0)
    // Results that were on their way to the ledger are kept; those of the next job come after them.
    await assertWhole(await submit(PEOPLE, SHORT), PEOPLE, SHORT)
    await assertStands(jobId, 'cancelled')
    for (const action of ['pause', 'resume', 'cancel']) assert.equal(await act(jobId, action), 409)
    const { chunks_completed: kept, total_chunks: total } = await api.job(jobId)
    assert.ok(kept > 0 && kept < total)
    const [before] = await fleet.query<{ now: string }>('select now()::text as now')
    assert.equal(await act(jobId, 'retry'), 202)
    await assertWhole(jobId, PEOPLE, LONG)
    const [made] = await fleet.query<{ n: number }>(
      'select count(*)::int as n from chunks where job_id = $1 and committed_at <= $2::timestamptz',
      [jobId, before?.now],
    )
    assert.equal(made?.n, kept)
  })

  await t.test('a retry that follows the cancel at once is a new run', async () => {
    const jobId = await submit(PEOPLE, SHORT)
    for (let tries = 0; tries < 3; tries++) {
      assert.equal(await act(jobId, 'pause'), 202)
      assert.equal(await act(jobId, 'cancel'), 202)
      assert.equal(await act(jobId, 'retry'), 202)
    }
    await assertWhole(jobId, PEOPLE, SHORT)
  })

  await t.test('a job that is deleted while it runs is gone', async () => {
    const jobId = await submit(PEOPLE, LONG)
    await untilShare(jobId, 0.02)
    assert.equal((await rest('DELETE', `/api/jobs/${jobId}`)).status, 204)
    assert.equal((await rest('GET', `/api/jobs/${jobId}`)).status, 404)
    assert.equal(await leasesOf(jobId), 0)
    const isCancelled = async () => (await handleOf(jobId).describe()).status.name === 'CANCELLED'
    await waitFor(isCancelled, { what: 'the run to be cancelled' })
    await assertWhole(await submit(PEOPLE, SHORT), PEOPLE, SHORT)
  })

  await t.test('a run that is terminated in Temporal fails its job, retry goes on', async () => {
    const jobId = await submit(PEOPLE, LONG)
    await untilShare(jobId, 0.02)
    await handleOf(jobId).terminate('by an operator')
    const job = await api.until(jobId, ({ status }) => status === 'failed')
    assert.equal(job.error?.code, 'infrastructure')
    assert.match(job.error.message, /outside the API \(terminated\)/)
    assert.equal(await leasesOf(jobId), 0)
    assert.equal(await act(jobId, 'retry'), 202)
    await assertWhole(jobId, PEOPLE, LONG)
  })

  await t.test('setConcurrency bounds the leases that begin from then on', async () => {
    const jobId = await submit(PEOPLE, LONGER)
    await untilShare(jobId, 0.02)
    const handle = handleOf(jobId)
    for (const lanes of [0, 1.5, 1_000])
      await assert.rejects(handle.executeUpdate('setConcurrency', { args: [lanes] }))
    assert.equal(await handle.executeUpdate('setConcurrency', { args: [1] }), 1)
    assert.equal((await handle.query<{ lanes: number }>('progress')).lanes, 1)
    // A lease's row outlives it by a moment: Temporal knows exactly.
    const inFlight = async () => {
      const { raw } = await handle.describe()
      const pending = raw.pendingActivities ?? []
      return pending.filter(({ activityType }) => activityType?.name === 'generateChunks').length
    }
    await waitFor(async () => (await inFlight()) <= 1, { what: 'the others to end' })
    const few = await api.job(jobId)
    assert.ok(few.chunks_completed < few.total_chunks)
    const busy: number[] = []
    const isOver = async () => {
      busy.push(await inFlight())
      return (await api.job(jobId)).status === 'completed'
    }
    await waitFor(isOver, { what: 'the job to end', timeoutMs: 180_000 })
    assert.ok(Math.max(...busy) <= 1, `leases in flight: ${busy.join(' ')}`)
    await assertWhole(jobId, PEOPLE, LONGER)
  })

  await t.test('high priority overtakes low', async () => {
    const low = await submit(PEOPLE, { ...LONG, priority: 'low' })
    await untilShare(low, 0.02)
    const high = await submit(PEOPLE, { ...LONG, priority: 'high' })
    await assertWhole(low, PEOPLE, LONG)
    await assertWhole(high, PEOPLE, LONG)
    const ends = await fleet.query<{ id: string }>(
      'select id from jobs where id in ($1, $2) order by finished_at',
      [low, high],
    )
    assert.deepEqual(
      ends.map(({ id }) => id),
      [high, low],
    )
  })
}

async function fleetUnderControl(t: TestContext, fleet: TestStack): Promise<void> {
  const { stack, api, submit, untilShare, assertWhole, query } = fleet
  const rest = restOf(stack)
  const join = async () =>
    startWorker(t, {
      SYNDATA_TOKEN: (await newToken(rest, 'asia-pacific')).text,
      SYNDATA_WORKER_NAME: 'joined',
    })
  const waitingReason = (jobId: string, reason: RegExp) =>
    api.until(jobId, ({ waiting_reason }) => reason.test(waiting_reason ?? ''))
  let joined: WorkerProcess | undefined
  const regionsOf = async (jobId: string) => Object.keys((await api.job(jobId)).regions).sort()

  await t.test('a job waits for a worker of its region and says so', async () => {
    const request = { ...SHORT, regions: ['asia-pacific'] }
    const jobId = await submit(PEOPLE, request)
    await waitingReason(jobId, /No worker fits: .*in us-west, not in asia-pacific/)
    joined = await join()
    const job = await assertWhole(jobId, PEOPLE, request)
    assert.equal(job.waiting_reason, null)
    assert.deepEqual(await regionsOf(jobId), ['asia-pacific'])
  })

  await t.test('two regions are served by both and by no other', async () => {
    const request = { ...LONG, regions: ['us-west', 'asia-pacific'] }
    const jobId = await submit(PEOPLE, request)
    await assertWhole(jobId, PEOPLE, request)
    assert.deepEqual(await regionsOf(jobId), ['asia-pacific', 'us-west'])
  })

  await t.test('a draining worker ends what it has and gets nothing new', async () => {
    const id = await workerId(rest, 'worker-2')
    const jobId = await submit(PEOPLE, LONG)
    await untilShare(jobId, 0.02)
    assert.equal((await rest('POST', `/api/workers/${id}/drain`)).status, 202)
    const isFree = async () =>
      (await query('select 1 from leases where $1 = any(worker_ids)', [id])).length === 0
    await waitFor(isFree, { what: 'the worker to have nothing left' })
    const others = { ...SHORT, regions: ['us-east'] }
    const waiting = await submit(PEOPLE, others)
    await waitingReason(waiting, /draining/)
    await assertWhole(jobId, PEOPLE, LONG)
    assert.ok(await isFree())
    assert.equal((await rest('POST', `/api/workers/${id}/resume`)).status, 202)
    await assertWhole(waiting, PEOPLE, others)
  })

  await t.test('a revoked worker is out for good, its work goes to others', async () => {
    const jobId = await submit(PEOPLE, { ...LONG, regions: ['asia-pacific'] })
    await untilShare(jobId, 0.02)
    const id = await workerId(rest, 'joined')
    assert.equal((await rest('POST', `/api/workers/${id}/revoke`)).status, 202)
    assert.equal(await joined?.exit, EXIT_REFUSED)
    await waitingReason(jobId, /not in asia-pacific/)
    assert.equal((await rest('GET', `/api/workers/${id}`)).body['connected'], false)
    assert.equal((await rest('POST', `/api/workers/${id}/resume`)).status, 409)
    await join()
    await assertWhole(jobId, PEOPLE, LONG)
  })
}

async function workerId(rest: Rest, name: string): Promise<string> {
  const { body } = await rest('GET', '/api/workers?state=active')
  const workers = body['workers'] as { worker_id: string; name: string }[]
  return workers.find((worker) => worker.name === name)?.worker_id ?? ''
}

async function temporalHandles(t: TestContext, address: string) {
  const connection = await Connection.connect({ address })
  t.after(() => connection.close())
  const client = new Client({ connection, namespace: NAMESPACE })
  return (jobId: string): WorkflowHandle => client.workflow.getHandle(workflowIdOf(jobId))
}

function watch({ api, query, submit, assertWhole }: TestStack) {
  const leasesOf = async (jobId: string) =>
    (await query('select 1 from leases where job_id = $1', [jobId])).length

  /** What was under way when the job was paused comes to its end. */
  const untilIdle = (jobId: string) =>
    waitFor(async () => (await leasesOf(jobId)) === 0, { what: 'the leases under way to end' })

  /** The job stays where it is, unfinished, while another one has all the slots and comes to its end. */
  async function assertStands(jobId: string, status: string): Promise<void> {
    const before = await api.job(jobId)
    await assertWhole(await submit(PEOPLE, SHORT), PEOPLE, SHORT)
    const after = await api.job(jobId)
    assert.deepEqual([before.status, after.status], [status, status])
    assert.equal(after.chunks_completed, before.chunks_completed)
    assert.ok(after.chunks_completed < after.total_chunks)
    assert.equal(await leasesOf(jobId), 0)
  }

  return { leasesOf, untilIdle, assertStands }
}
