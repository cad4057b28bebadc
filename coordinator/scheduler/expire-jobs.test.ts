// Old jobs go, by the same way as those that their owners delete.

import assert from 'node:assert/strict'
import test from 'node:test'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { expireJobs } from './expire-jobs.ts'

test('jobs that ended longer ago than that are deleted, others are not touched', async (t) => {
  const { database } = await testDatabase(t)
  const job = async (jobId: string, status: string, days: number | null) => {
    await insertJob(database, { jobId, status })
    await database.query(
      'update jobs set finished_at = now() - make_interval(days => $2) where id = $1',
      [jobId, days],
    )
  }
  await job('old', 'completed', 40)
  await job('older', 'failed', 50)
  await job('young', 'completed', 20)
  await job('running', 'generating', null)
  await job('model', 'completed', 60)
  await database.query(`update jobs set kind = 'train' where id = 'model'`)
  assert.deepEqual(await expireJobs(database, 30), ['older', 'old'])
  assert.deepEqual(await expireJobs(database, 30), [])
  const left = await database.query<{ id: string }>(
    'select id from jobs where deleted_at is null order by id',
  )
  assert.deepEqual(
    left.map(({ id }) => id),
    ['model', 'running', 'young'],
  )
})

test('a job that somebody works on is left for the next time', async (t) => {
  const { database } = await testDatabase(t)
  await insertJob(database, { jobId: 'held', status: 'completed' })
  await database.query(`update jobs set finished_at = now() - interval '9 days'`)
  await database.transaction(async (sql) => {
    await sql.query(`select id from jobs where id = 'held' for no key update`)
    assert.deepEqual(await expireJobs(database, 1), [])
  })
  assert.deepEqual(await expireJobs(database, 1), ['held'])
})
