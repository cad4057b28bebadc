import assert from 'node:assert/strict'
import test from 'node:test'
import { ORDERS } from '#test/support/configs.ts'
import { type RestApp, restApp } from '#test/support/rest-app.ts'
import { createHousekeeping } from './housekeeping.ts'
import { isOver, JOB_ACTIONS, JOB_STATUSES, transition } from './job-state.ts'
import { sweepDeletedJobs } from './sweep.ts'

async function submitted({ alice, call, database }: RestApp, status = 'pending') {
  const { json } = await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  const id = String(json['job_id'])
  await database.query('update jobs set status = $2 where id = $1', [id, status])
  await database.query('delete from outbox')
  return id
}

test('every action in every status does what the state table says', async (t) => {
  const rest = await restApp(t)
  for (const status of JOB_STATUSES) {
    for (const action of JOB_ACTIONS) {
      const id = await submitted(rest, status)
      const answer = await rest.call(rest.alice, 'POST', `/api/jobs/${id}/${action}`)
      const outcome = transition(status, action)
      const [job] = await rest.database.query('select status from jobs where id = $1', [id])
      const outbox = await rest.database.query('select action from outbox where job_id = $1', [id])
      if (outcome.kind === 'move') {
        assert.equal(answer.status, 202, `${action} of ${status}`)
        assert.deepEqual(answer.json, { job_id: id, status: outcome.to })
        assert.deepEqual(job, { status: outcome.to })
        assert.deepEqual(outbox, [{ action: action === 'retry' ? 'start' : action }])
      } else {
        assert.equal(answer.status, 409, `${action} of ${status}`)
        assert.equal(answer.json['detail'], outcome.kind === 'refuse' && outcome.reason)
        assert.deepEqual(job, { status })
        assert.deepEqual(outbox, [])
      }
    }
  }
})

test('of two opposite actions at once both see the other or one is refused', async (t) => {
  const rest = await restApp(t)
  const id = await submitted(rest, 'generating')
  const answers = await Promise.all(
    ['cancel', 'cancel', 'pause'].map((action) =>
      rest.call(rest.alice, 'POST', `/api/jobs/${id}/${action}`),
    ),
  )
  const cancels = answers.slice(0, 2).map(({ status }) => status)
  assert.deepEqual(new Set(cancels), new Set([202, 409]))
  const done = await rest.database.query(`select 1 from job_events where kind = 'done'`)
  assert.equal(done.length, 1)
})

test('retry forgets what stood in the way and keeps what was made', async (t) => {
  const rest = await restApp(t)
  const id = await submitted(rest, 'failed')
  const { database } = rest
  await database.query(
    `update jobs set error = '{"code": "poison_chunk", "message": "m"}', finished_at = now() where id = $1`,
    [id],
  )
  await database.query(`insert into dead_chunks values ($1, 0, 0, 'poison_chunk', 'm')`, [id])
  await database.query(
    `insert into chunk_failures (job_id, table_no, chunk_no, kind, worker_id, code, message)
     values ($1, 0, 0, 'error', 'w', 'generation_failed', 'm')`,
    [id],
  )
  await insertChunk(rest, id)
  assert.equal((await rest.call(rest.alice, 'POST', `/api/jobs/${id}/retry`)).status, 202)
  const { json } = await rest.call(rest.alice, 'GET', `/api/jobs/${id}`)
  assert.partialDeepStrictEqual(json as object, { status: 'pending', stage: 'queued', error: null })
  const counts = await database.query(
    `select (select count(*) from dead_chunks) as dead, (select count(*) from chunk_failures) as failures,
       (select count(*) from chunks) as chunks, (select count(*) from job_events where kind = 'done') as done`,
  )
  assert.deepEqual(counts, [{ dead: 0, failures: 0, chunks: 1, done: 0 }])
})

test('delete cancels what runs, hides the job at once and the sweep takes its rows later', async (t) => {
  const rest = await restApp(t)
  const { alice, call, database } = rest
  for (const status of JOB_STATUSES) {
    const id = await submitted(rest, status)
    assert.equal((await call(alice, 'DELETE', `/api/jobs/${id}`)).status, 204)
    assert.equal((await call(alice, 'GET', `/api/jobs/${id}`)).status, 404)
    assert.equal((await call(alice, 'DELETE', `/api/jobs/${id}`)).status, 404)
    const [job] = await database.query('select status from jobs where id = $1', [id])
    assert.deepEqual(job, { status: isOver(status) ? status : 'cancelled' })
    const outbox = await database.query('select action from outbox where job_id = $1', [id])
    assert.deepEqual(outbox, isOver(status) ? [] : [{ action: 'cancel' }])
  }
  assert.equal((await call(alice, 'GET', '/api/jobs')).json['total'], 0)
})

test('the sweep waits for whatever still works on a job, and totals do not shrink', async (t) => {
  const rest = await restApp(t)
  const { alice, admin, call, database } = rest
  const [idle, busy, fresh] = [
    await submitted(rest, 'completed'),
    await submitted(rest, 'generating'),
    await submitted(rest, 'failed'),
  ]
  await insertChunk(rest, idle)
  for (const id of [idle, busy, fresh]) await call(alice, 'DELETE', `/api/jobs/${id}`)
  await database.query(
    `update jobs set deleted_at = now() - interval '2 minutes' where id = any($1)`,
    [[idle, busy]],
  )
  await database.query(`update specs set created_at = now() - interval '2 hours'`)
  assert.deepEqual(await sweepDeletedJobs(database), [idle])
  await database.query('delete from outbox')
  assert.deepEqual(await sweepDeletedJobs(database), [busy])
  const { text } = await call(admin, 'GET', '/metrics')
  assert.match(text, /^syndata_rows_generated_total 10$/m)
  assert.match(text, /^syndata_jobs_total\{status="completed"\} 1$/m)
  assert.match(text, /^syndata_jobs_total\{status="cancelled"\} 1$/m)
  // The last job still has its spec.
  assert.equal((await database.query('select 1 from specs')).length, 1)
})

test('housekeeping sweeps by itself and forgets old keys', async (t) => {
  const rest = await restApp(t)
  const { alice, call, database } = rest
  const id = await submitted(rest, 'completed')
  await call(alice, 'DELETE', `/api/jobs/${id}`)
  await database.query(`update jobs set deleted_at = now() - interval '2 minutes'`)
  await database.query(
    `insert into idempotency_keys (principal, method, path, key, body_digest, expires_at)
     values ('u', 'POST', '/', 'k', 'd', now() - interval '1 second')`,
  )
  const housekeeping = createHousekeeping(database, { onError: assert.fail, intervalMs: 5 })
  const left = async () =>
    database.query('select id from jobs union all select key from idempotency_keys')
  while ((await left()).length > 0);
  await housekeeping.close()
})

async function insertChunk({ database }: RestApp, jobId: string): Promise<void> {
  await database.query(
    `insert into chunks (job_id, table_no, chunk_no, cid, bytes, dag_bytes, rows, worker_id, region, lease_id, duration_ms)
     values ($1, 0, 0, 'c', 1, 1, 10, 'w', 'us-east', 'l', 1)`,
    [jobId],
  )
  await database.query(
    'update job_tables set rows_done = 10, chunks_done = 1 where job_id = $1 and table_no = 0',
    [jobId],
  )
}
