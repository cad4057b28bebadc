// The reconciler on a real Postgres and a real Temporal server. No worker runs: a run stays as it was left.

import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { pino } from 'pino'
import type { Database } from '#coordinator/database/database.ts'
import { workflowIdOf } from '#coordinator/jobs/job-kind.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { startTestTemporal, type TestTemporal } from '#test/support/temporal.ts'
import { startJob } from './outbox.ts'
import { createReconciler } from './reconciler.ts'

let temporal: TestTemporal
before(async () => {
  temporal = await startTestTemporal()
})
after(() => temporal.close())

const log = pino({ level: 'silent' })
let jobs = 0

type Place = { database: Database; jobId: string; round: () => Promise<void> }

/** A job old enough to be looked at; its id is new on the shared Temporal server. */
async function place(t: TestContext, { status = 'generating', runs = 0 } = {}): Promise<Place> {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database, { jobId: `reconciled_${++jobs}`, status })
  await database.query(`update jobs set created_at = now() - interval '1 minute', runs = $1`, [
    runs,
  ])
  return {
    database,
    jobId,
    round: () => createReconciler({ database, client: temporal.client, log }).close(),
  }
}

const start = ({ database, jobId }: Place) =>
  startJob({ sql: database, client: temporal.client }, jobId)
const handleOf = ({ jobId }: Place) => temporal.client.workflow.getHandle(workflowIdOf(jobId))

async function jobOf({ database }: Place) {
  const [job] = await database.query<{
    status: string
    error: { code: string; message: string } | null
    waiting_reason: string | null
  }>('select status, error, waiting_reason from jobs')
  assert.ok(job)
  return job
}

async function addWorker({ database }: Place, worker: { region: string; engine: string }) {
  await database.query(
    `insert into workers (id, name, public_key, region, trust, machine, engine_version, slots, coordinator_id)
     values ('w', 'w', 'key', $1, 'trusted', '{}', $2, 2, 'c')`,
    [worker.region, worker.engine],
  )
}

test('a running job is left alone', async (t) => {
  const here = await place(t)
  await start(here)
  const { runId } = await handleOf(here).describe()
  await here.round()
  assert.equal((await jobOf(here)).status, 'generating')
  assert.equal((await handleOf(here).describe()).runId, runId)
})

test('a run that was terminated in the UI fails its job, and says so', async (t) => {
  const here = await place(t)
  await start(here)
  await handleOf(here).terminate()
  await here.round()
  const { status, error } = await jobOf(here)
  assert.equal(status, 'failed')
  assert.equal(error?.code, 'infrastructure')
  assert.match(error?.message ?? '', /outside the API \(terminated\)\. Retry the job/)
  const done = await here.database.query(`select 1 from job_events where kind = 'done'`)
  assert.equal(done.length, 1)
})

test('a run that Temporal lost is started again, paused if the job is', async (t) => {
  for (const [status, paused] of [
    ['generating', false],
    ['paused', true],
  ] as const) {
    const here = await place(t, { status, runs: 2 })
    await here.round()
    const run = await handleOf(here).describe()
    assert.equal(run.status.name, 'RUNNING')
    assert.deepEqual(run.memo, { run: 2 })
    const { events } = await handleOf(here).fetchHistory()
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data
    assert.deepEqual(JSON.parse(Buffer.from(input ?? []).toString()), {
      jobId: here.jobId,
      run: 2,
      paused,
    })
  }
})

test('the end of the run before does not fail the retry that follows it', async (t) => {
  const here = await place(t)
  await start(here)
  await handleOf(here).terminate()
  await here.database.query('update jobs set runs = 1')
  await here.round()
  assert.equal((await jobOf(here)).status, 'generating')
  const { status, memo } = await handleOf(here).describe()
  assert.deepEqual([status.name, memo], ['RUNNING', { run: 1 }])
})

test('what the outbox is about to tell is waited for', async (t) => {
  const here = await place(t)
  await here.database.query(`insert into outbox (job_id, action) values ($1, 'start')`, [
    here.jobId,
  ])
  await here.round()
  await assert.rejects(handleOf(here).describe(), { name: 'WorkflowNotFoundError' })
})

test('a job that waits says what for, and no more once it need not', async (t) => {
  const here = await place(t)
  await start(here)
  await here.round()
  assert.equal((await jobOf(here)).waiting_reason, 'No worker is connected.')
  await addWorker(here, { region: 'us-west', engine: '0.9.0' })
  await here.round()
  assert.match(
    (await jobOf(here)).waiting_reason ?? '',
    /runs engine 0\.9\.0, the job needs 1\.0\.0/,
  )
  await here.database.query(`update workers set engine_version = '1.0.0'`)
  await here.round()
  assert.equal((await jobOf(here)).waiting_reason, null)
  await here.database.query(`update jobs set regions = '{eu-central}'`)
  await here.round()
  assert.match((await jobOf(here)).waiting_reason ?? '', /1 is in us-west, not in eu-central/)
  await here.database.query(
    `update jobs set regions = '{}', strict_class = true, runtime_class = 'onnxruntime 1 x64'`,
  )
  await here.round()
  assert.match(
    (await jobOf(here)).waiting_reason ?? '',
    /1 has the runtime class onnxruntime, the job's rows keep to onnxruntime 1 x64/,
  )
  await here.database.query(`update jobs set status = 'paused'`)
  await here.round()
  assert.equal((await jobOf(here)).waiting_reason, null)
})

test('two replicas at once reconcile one after the other', async (t) => {
  const here = await place(t)
  await Promise.all([here.round(), here.round(), here.round()])
  assert.equal((await handleOf(here).describe()).status.name, 'RUNNING')
})
