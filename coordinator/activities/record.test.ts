import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createJobSpecs } from '#coordinator/ledger/job-spec.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { createRecordActivities } from './record.ts'

async function setUp(t: TestContext, status = 'generating') {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database, { status })
  const record = createRecordActivities({
    database,
    specs: createJobSpecs(database),
    publishers: ['own'],
  })
  return {
    database,
    jobId,
    record,
    job: async () => {
      const [row] = await database.query<{ status: string; stage: string; error: unknown }>(
        'select status, stage, error from jobs',
      )
      assert.ok(row)
      return row
    },
  }
}

const ERROR = { code: 'infrastructure', message: 'late' }

test('the late end of an old run ends nothing of the retry', async (t) => {
  const { database, jobId, record, job } = await setUp(t)
  await database.query('update jobs set runs = 1')
  await database.query(
    `insert into leases (id, job_id, table_no, from_chunk, to_chunk, workflow_id, run_id, activity_id, task_token, attempt, coordinator_id)
     values ('l', $1, 0, 0, 1, 'w', 'r', 'a', 'token', 1, 'c')`,
    [jobId],
  )
  await record.cancelJob({ jobId, run: 0 })
  await record.failJob({ jobId, run: 0, error: ERROR })
  await record.completeJob({ jobId, run: 0 })
  assert.equal((await job()).status, 'generating')
  assert.equal((await database.query('select 1 from leases')).length, 1)
  await record.failJob({ jobId, run: 1, error: ERROR })
  assert.deepEqual(await job(), { status: 'failed', stage: 'queued', error: ERROR })
  assert.equal((await database.query('select 1 from leases')).length, 0)
})

test('an end is written once, and what the user did stands', async (t) => {
  const { database, jobId, record, job } = await setUp(t)
  await record.completeJob({ jobId, run: 0 })
  await record.completeJob({ jobId, run: 0 })
  await record.failJob({ jobId, run: 0, error: ERROR })
  assert.deepEqual(await job(), { status: 'completed', stage: 'done', error: null })
  const done = await database.query(`select 1 from job_events where kind = 'done'`)
  assert.equal(done.length, 1)
  await database.query(`update jobs set status = 'cancelled'`)
  await record.completeJob({ jobId, run: 0 })
  assert.equal((await job()).status, 'cancelled')
})

test('how leases are tried stands in the plan only where an operator has set it', async (t) => {
  const { database, jobId, record } = await setUp(t)
  assert.ok(!('lease' in (await record.planJob({ jobId }))))
  const lease = { timeoutMs: 60_000, retries: 5, delayMs: 500, backoff: 1 }
  const specs = createJobSpecs(database)
  const set = createRecordActivities({ database, specs, publishers: [], lease })
  assert.deepEqual((await set.planJob({ jobId })).lease, lease)
})

test('planning starts a pending job, and leaves a paused one paused', async (t) => {
  for (const [status, after] of [
    ['pending', 'generating'],
    ['paused', 'paused'],
    ['cancelled', 'cancelled'],
  ] as const) {
    const { jobId, record, job } = await setUp(t, status)
    const plan = await record.planJob({ jobId })
    assert.equal((await job()).status, after)
    assert.equal(plan.tables.length, 1)
    assert.deepEqual(plan.publishers, ['own'])
  }
})

test('the place of a dead chunk becomes fields of the error', async (t) => {
  const { jobId, record, job } = await setUp(t)
  const message = JSON.stringify({ code: 'generation_failed', message: 'no', table: 't', chunk: 3 })
  await record.failJob({ jobId, run: 0, error: { code: 'poison_chunk', message } })
  assert.deepEqual((await job()).error, {
    code: 'poison_chunk',
    cause: 'generation_failed',
    message: 'no',
    table: 't',
    chunk: 3,
  })
})

test('leases are cut for the workers that may have them, not for the whole fleet', async (t) => {
  const { database, jobId } = await setUp(t)
  await database.query(`update job_tables set chunks = 400, rows = 4000`)
  const add = (region: string, trust: string, slots: number, count: number) =>
    database.query(
      `insert into workers (id, name, public_key, region, trust, machine, engine_version, slots, coordinator_id)
       select $1 || i, 'w', ($1 || i)::bytea, $1, $2, '{}', '1', $3, 'c' from generate_series(1, $4) i`,
      [region, trust, slots, count],
    )
  await add('us-west', 'trusted', 2, 2)
  await add('asia-pacific', 'community', 2, 500)
  // What a job asks for is read once and kept.
  const leaseChunks = async () => {
    const specs = createJobSpecs(database)
    const activities = createRecordActivities({ database, specs, publishers: [] })
    return (await activities.planJob({ jobId })).leaseChunks
  }
  assert.equal(await leaseChunks(), 1)
  await database.query(`update jobs set regions = '{us-west}'`)
  const own = await leaseChunks()
  assert.ok(own > 10, String(own))
  await database.query(`update jobs set regions = '{}', trusted_only = true`)
  assert.equal(await leaseChunks(), own)
})
