import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import type { Sql } from '../database/database.ts'
import {
  adoptLease,
  closeLease,
  findLease,
  type LeaseRow,
  openLease,
  recordAssignment,
} from './leases.ts'

const lease = (jobId: string, more: Partial<LeaseRow> = {}): LeaseRow => ({
  id: 'l1',
  jobId,
  tableNo: 0,
  from: 0,
  to: 4,
  workflowId: 'w',
  runId: 'r',
  activityId: '1',
  taskToken: Buffer.from('one'),
  attempt: 1,
  workerIds: [],
  coordinatorId: 'a',
  ...more,
})

const live = (sql: Sql, id: string) =>
  sql.query('insert into coordinators (id, name) values ($1, $1)', [id])

test('a later attempt leaves the lease with the replica that has it, if that lives', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await live(database, 'a')
  await openLease(database, lease(jobId))
  const second = { id: 'l2', taskToken: Buffer.from('two'), attempt: 2, coordinatorId: 'b' }
  const kept = await openLease(database, lease(jobId, second))
  assert.equal(kept?.id, 'l1')
  assert.equal(kept.coordinatorId, 'a')
  assert.equal(kept.taskToken.toString(), 'two')
  await database.query('delete from coordinators')
  const taken = await openLease(database, lease(jobId, second))
  assert.equal(taken?.id, 'l1')
  assert.equal(taken.coordinatorId, 'b')
})

test('no lease is opened for a job that is paused, over or deleted', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  const isOpened = async (change: string) => {
    await database.query(`update jobs set ${change} where id = $1`, [jobId])
    return (await openLease(database, lease(jobId))) !== null
  }
  assert.equal(await isOpened(`status = 'paused'`), false)
  assert.equal(await isOpened(`status = 'cancelled'`), false)
  assert.equal(await isOpened(`status = 'pending'`), true)
  assert.equal(await isOpened('deleted_at = now()'), false)
  assert.equal(await openLease(database, lease('no such job')), null)
})

test('only a worker that a lease was assigned to can bring it to another replica', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await openLease(database, lease(jobId))
  await recordAssignment(database, { leaseId: 'l1', workerId: 'w1' })
  await recordAssignment(database, { leaseId: 'l1', workerId: 'w1' })
  await recordAssignment(database, { leaseId: 'l1', workerId: 'w2' })
  const adopt = (workerId: string) =>
    adoptLease(database, { leaseId: 'l1', workerId, coordinatorId: 'b' })
  assert.equal(await adopt('stranger'), null)
  assert.deepEqual((await adopt('w1'))?.workerIds, ['w1', 'w2'])
  assert.equal((await findLease(database, 'l1'))?.coordinatorId, 'b')
  await closeLease(database, 'l1')
  assert.equal(await adopt('w1'), null)
})
