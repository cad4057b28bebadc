import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import type { Sql } from '../database/database.ts'
import { type ChunkResult, commitBatch, createCommitter } from './commit.ts'
import { contiguousParts, dropChunk, missingChunks } from './ledger.ts'

const result = (jobId: string, chunkNo: number, more: Partial<ChunkResult> = {}): ChunkResult => ({
  jobId,
  tableNo: 0,
  chunkNo,
  cid: `cid${chunkNo}`,
  bytes: 100,
  dagBytes: 120,
  rows: 10,
  workerId: 'w1',
  region: 'us-east',
  leaseId: 'l1',
  durationMs: 5,
  drawnRows: 0,
  metRows: 0,
  ...more,
})

async function countersOf(sql: Sql, jobId: string) {
  const [table] = await sql.query(
    'select rows_done, chunks_done, bytes_done from job_tables where job_id = $1',
    [jobId],
  )
  const workers = await sql.query(
    'select worker_id, chunks, rows from job_workers where job_id = $1 order by 1',
    [jobId],
  )
  return { table: { ...table }, workers: workers.map((row) => ({ ...row })) }
}

test('the first commit of a chunk wins and the counters count it once', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  const first = [result(jobId, 0), result(jobId, 1)]
  assert.deepEqual(await commitBatch(database, first), ['committed', 'committed'])
  const late = [
    result(jobId, 0, { workerId: 'w2' }),
    result(jobId, 1, { workerId: 'w2', cid: 'other' }),
    result(jobId, 2, { workerId: 'w2' }),
  ]
  assert.deepEqual(await commitBatch(database, late), ['repeated', 'differs', 'committed'])
  assert.deepEqual(await countersOf(database, jobId), {
    table: { rows_done: 30, chunks_done: 3, bytes_done: 300 },
    workers: [
      { worker_id: 'w1', chunks: 2, rows: 20 },
      { worker_id: 'w2', chunks: 1, rows: 10 },
    ],
  })
})

test('what conditions cost is counted with the chunks, until a chunk is gone', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await commitBatch(database, [
    result(jobId, 0, { drawnRows: 40, metRows: 10 }),
    result(jobId, 1, { drawnRows: 60, metRows: 15 }),
  ])
  await commitBatch(database, [result(jobId, 0, { drawnRows: 40, metRows: 10 })])
  const tallyOf = async () =>
    (
      await database.query('select drawn_rows, met_rows from job_tables where job_id = $1', [jobId])
    ).map((row) => ({ ...row }))
  assert.deepEqual(await tallyOf(), [{ drawn_rows: 100, met_rows: 25 }])
  await dropChunk(database, { jobId, tableNo: 0, chunk: 1, cid: 'cid1' })
  assert.deepEqual(await tallyOf(), [{ drawn_rows: 40, met_rows: 10 }])
})

test('what is told again is equal, unless it was made for another lease', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await commitBatch(database, [result(jobId, 0)])
  const again = [result(jobId, 0), result(jobId, 0, { leaseId: 'another' })]
  assert.deepEqual(await commitBatch(database, again), ['equal', 'repeated'])
})

test('one batch may hold the same chunk twice', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  const outcomes = await commitBatch(database, [
    result(jobId, 0),
    result(jobId, 0, { workerId: 'w2' }),
  ])
  assert.deepEqual(outcomes, ['committed', 'repeated'])
  const { table } = await countersOf(database, jobId)
  assert.deepEqual(table, { rows_done: 10, chunks_done: 1, bytes_done: 100 })
})

test('results of a deleted or unknown job are not wanted', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  await database.query('update jobs set deleted_at = now() where id = $1', [jobId])
  const outcomes = await commitBatch(database, [result(jobId, 0), result('nobody', 0)])
  assert.deepEqual(outcomes, ['unwanted', 'unwanted'])
})

test('two replicas that commit the same chunks at once agree', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database, { chunks: 200 })
  const replica = (workerId: string) => {
    const committer = createCommitter(database, { maxRows: 17, maxDelayMs: 1 })
    const chunks = Array.from({ length: 200 }, (_, i) => i)
    return Promise.all(chunks.map((i) => committer.commit(result(jobId, i, { workerId }))))
  }
  const [a, b] = await Promise.all([replica('w1'), replica('w2')])
  a.forEach((outcome, i) => {
    assert.deepEqual(new Set([outcome, b[i]]), new Set(['committed', 'repeated']))
  })
  const { table } = await countersOf(database, jobId)
  assert.deepEqual(table, { rows_done: 2000, chunks_done: 200, bytes_done: 20_000 })
})

test('sequence numbers follow commit order, so that a reader never misses a lower one', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database, { chunks: 300 })
  const committer = createCommitter(database, { maxRows: 7, maxDelayMs: 1 })
  const other = createCommitter(database, { maxRows: 5, maxDelayMs: 1 })
  const chunks = Array.from({ length: 300 }, (_, i) => i)
  let seen = 0
  let last = 0
  const read = async () => {
    const rows = await database.query<{ seq: number }>(
      'select seq from chunks where job_id = $1 and seq > $2 order by seq',
      [jobId, last],
    )
    seen += rows.length
    last = rows.at(-1)?.seq ?? last
  }
  const writing = Promise.all(
    chunks.map((i) => (i % 2 ? committer : other).commit(result(jobId, i))),
  )
  let done = false
  const finished = writing.then(() => {
    done = true
  })
  while (!done) await read()
  await finished
  await read()
  assert.equal(seen, 300)
})

test('missing chunks, the contiguous prefix, and a part taken back', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database, { chunks: 6 })
  await commitBatch(
    database,
    [0, 1, 3, 4].map((i) => result(jobId, i)),
  )
  const range = { jobId, tableNo: 0, from: 0, to: 6 }
  assert.deepEqual(await missingChunks(database, range), [2, 5])
  const prefix = await contiguousParts(database, { jobId, tableNo: 0, from: 0, limit: 10 })
  assert.deepEqual(
    prefix.map((part) => part.chunk),
    [0, 1],
  )
  const from3 = await contiguousParts(database, { jobId, tableNo: 0, from: 3, limit: 1 })
  assert.deepEqual(
    from3.map((part) => part.chunk),
    [3],
  )
  const drop = { jobId, tableNo: 0, chunk: 1, cid: 'cid1' }
  assert.equal(await dropChunk(database, { ...drop, cid: 'another' }), false)
  assert.equal(await dropChunk(database, drop), true)
  assert.equal(await dropChunk(database, drop), false)
  assert.deepEqual(await missingChunks(database, range), [1, 2, 5])
  const { table } = await countersOf(database, jobId)
  assert.deepEqual(table, { rows_done: 30, chunks_done: 3, bytes_done: 300 })
})
