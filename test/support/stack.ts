// A whole stack for tests that bring parts of it down, with what they all ask of a job afterwards.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { type Api, createApi, type Job } from '#scripts/demo/api.ts'
import type { StackOptions } from '#scripts/stack/stack-plan.ts'
import { type Stack, startStack } from '#scripts/stack/start-stack.ts'
import { expectedCids } from './expected-cids.ts'

export type TestStack = {
  stack: Stack
  api: Api
  query: <T extends object>(sql: string, values?: unknown[]) => Promise<T[]>
  /** Submits; the same config and rows give the same CIDs on any stack. */
  submit: (config: object, request?: object) => Promise<string>
  /** Resolves at the first look at the job that has at least this share of its chunks. */
  untilShare: (jobId: string, share: number) => Promise<Job>
  /** Waits for the job and asserts that nothing shows of what happened on the way. */
  assertWhole: (jobId: string, config: object, request?: object) => Promise<Job>
}

/** Everything it starts is stopped and its folder removed when the test is over. */
export async function testStack(
  t: TestContext,
  options: Omit<StackOptions, 'dataDir'> & { dataDir?: string } = {},
): Promise<TestStack> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'syndata-stack-')))
  const stack = await startStack({ workers: 3, ...options, dataDir })
  t.after(async () => {
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const api = createApi({ url: stack.rest_url, apiKey: stack.admin.api_key })
  const query = queryOn(stack.database_url)
  return {
    stack,
    api,
    query,
    submit: async (config, request = {}) =>
      (await api.submit({ config, output: { format: 'csv' }, ...request })).job_id,
    untilShare: (jobId, share) =>
      api.until(jobId, (job) => job.chunks_completed >= share * job.total_chunks, { everyMs: 10 }),
    async assertWhole(jobId, config, request = {}) {
      const job = await api.until(jobId, ({ status }) => status === 'completed', {
        timeoutMs: 180_000,
      })
      assert.deepEqual(
        job.outputs.map(({ table, cid }) => [table, cid]),
        expectedCids(config, request),
        'the files are not those of an undisturbed run',
      )
      await assertLedger(query, job)
      return job
    },
  }
}

/** A connection per query: the database is one of the things that are brought down. */
function queryOn(url: string): TestStack['query'] {
  return async <T extends object>(sql: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(sql, values)).rows as T[]
    } finally {
      await client.end()
    }
  }
}

/** Each chunk once, and every counter in step with the ledger. */
async function assertLedger(query: TestStack['query'], job: Job): Promise<void> {
  const [ledger] = await query<{ chunks: string; rows: string }>(
    'select count(*) as chunks, sum(rows) as rows from chunks where job_id = $1',
    [job.job_id],
  )
  assert.equal(Number(ledger?.chunks), job.total_chunks)
  assert.equal(Number(ledger?.rows), job.total_rows)
  assert.equal(job.chunks_completed, job.total_chunks)
  assert.equal(job.rows_generated, job.total_rows)
  const [workers] = await query<{ chunks: string }>(
    'select sum(chunks) as chunks from job_workers where job_id = $1',
    [job.job_id],
  )
  assert.equal(Number(workers?.chunks), job.total_chunks)
  const left = await query('select id from leases where job_id = $1', [job.job_id])
  assert.deepEqual(left, [])
}
