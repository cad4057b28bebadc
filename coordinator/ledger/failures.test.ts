import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { deadChunks, forgiveLosses, judge, recordFailure, troublesOf } from './failures.ts'

const error = (worker_id: string, message = 'm') => ({
  kind: 'error' as const,
  worker_id,
  code: 'generation_failed',
  message,
})
const lost = (worker_id: string) => ({
  kind: 'lost' as const,
  worker_id,
  code: 'worker_lost',
  message: 'gone',
})

test('a chunk has one try and three retries, fewer when two workers say the same', () => {
  assert.equal(judge([error('a')]), 'again')
  assert.equal(judge([error('a'), error('a'), error('a')]), 'again')
  assert.equal(judge([error('a'), error('a'), error('a'), error('a')]), 'dead')
  assert.equal(judge([error('a'), error('b')]), 'dead')
  assert.equal(judge([error('a'), error('a')], 2), 'dead')
  assert.equal(judge([error('a'), error('a'), error('a'), error('a')], 6), 'again')
  assert.equal(judge([error('a', 'one'), error('b', 'two')]), 'again')
})

test('after two lost workers a chunk is tried alone, a third condemns it', () => {
  assert.equal(judge([lost('a')]), 'again')
  assert.equal(judge([lost('a'), lost('b')]), 'alone')
  assert.equal(judge([lost('a'), lost('b'), lost('a')]), 'dead')
  assert.equal(judge([lost('a'), error('b'), lost('c')]), 'alone')
})

test('failures are counted in the database, whoever saw them', async (t) => {
  const { database } = await testDatabase(t)
  const jobId = await insertJob(database)
  const range = { jobId, tableNo: 0, from: 0, to: 4 }
  const fail = (workerId: string, kind: 'error' | 'lost', chunk: number) =>
    recordFailure(database, {
      jobId,
      tableNo: 0,
      chunk,
      kind,
      workerId,
      code: kind === 'lost' ? 'worker_lost' : 'payload_too_large',
      message: 'the same',
    })
  assert.equal(await fail('a', 'error', 1), 'again')
  assert.equal(await fail('b', 'error', 1), 'dead')
  assert.deepEqual(
    (await deadChunks(database, range)).map(({ chunk, code }) => ({ chunk, code })),
    [{ chunk: 1, code: 'payload_too_large' }],
  )
  assert.equal(await fail('a', 'lost', 2), 'again')
  assert.equal(await fail('b', 'lost', 2), 'alone')
  assert.deepEqual(await troublesOf(database, range), { alone: [2], failedOn: ['a', 'b'] })
  await forgiveLosses(database, { ...range, workerId: 'b' })
  assert.deepEqual((await troublesOf(database, range)).alone, [])
  const [job] = await database.query<{ retries: number }>('select retries from jobs')
  assert.equal(job?.retries, 2)
  const final = { jobId, tableNo: 0, chunk: 3, workerId: 'a', code: 'invalid_request' }
  const failure = { ...final, kind: 'error', message: 'of the data', final: true } as const
  assert.equal(await recordFailure(database, failure), 'dead')
})
