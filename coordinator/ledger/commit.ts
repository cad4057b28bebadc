// Commits chunks to the ledger in batches: the first commit of a chunk wins, counters move with it in one
// transaction, and every caller learns what became of its own.

import type { Database, Sql } from '../database/database.ts'
import { notify } from '../database/notifications.ts'

export type ChunkResult = {
  jobId: string
  tableNo: number
  chunkNo: number
  cid: string
  bytes: number
  dagBytes: number
  rows: number
  workerId: string
  region: string
  leaseId: string
  durationMs: number
  /** Of conditions that are met by drawing again: rows drawn, and those of them that met all; 0 otherwise. */
  drawnRows: number
  metRows: number
}

/**
 * committed: ours is in · equal: it was, and is told again · repeated, differs: another was first, with the same bytes or
 * others · unwanted: there is no such job any more.
 */
export type Outcome = 'committed' | 'equal' | 'repeated' | 'differs' | 'unwanted'

export type Committer = {
  /** Resolves when the batch with this result is durable; rejects when the database did not take it. */
  commit(result: ChunkResult): Promise<Outcome>
}

type Waiting = {
  result: ChunkResult
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

export function createCommitter(
  database: Database,
  { maxRows, maxDelayMs }: { maxRows: number; maxDelayMs: number },
): Committer {
  let queue: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let writing = false
  let lastMs = -maxDelayMs

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (writing || queue.length === 0) return
    writing = true
    lastMs = performance.now()
    const batch = queue.slice(0, maxRows)
    queue = queue.slice(maxRows)
    try {
      const outcomes = await commitBatch(
        database,
        batch.map(({ result }) => result),
      )
      for (const [i, { resolve }] of batch.entries()) resolve(outcomes[i] ?? 'unwanted')
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      writing = false
    }
    schedule()
  }

  /** At once after a quiet time, so that a first result does not wait for others; then at most every `maxDelayMs`. */
  function schedule(): void {
    if (queue.length >= maxRows) void flush()
    else if (queue.length > 0)
      timer ??= setTimeout(() => void flush(), Math.max(0, lastMs + maxDelayMs - performance.now()))
  }

  return {
    commit: (result) =>
      new Promise((resolve, reject) => {
        queue.push({ result, resolve, reject })
        schedule()
      }),
  }
}

/** One transaction; the job locks are taken in order, so that sequence numbers follow commit order. */
export async function commitBatch(database: Database, results: ChunkResult[]): Promise<Outcome[]> {
  const jobs = [...new Set(results.map(({ jobId }) => jobId))].sort()
  const winners = await database.transaction(async (sql) => {
    await lockJobs(sql, jobs)
    return sql.query<Winner>(INSERT, columnsOf(results), { prepared: 'commit-chunks' })
  })
  // Afterwards, because commits that notify wait for each other; who watches looks again by itself, too.
  for (const job of jobs) await notify(database, 'job', job).catch(() => undefined)
  const byKey = new Map(winners.map((row) => [keyOf(row.job_id, row.table_no, row.chunk_no), row]))
  return results.map((result) =>
    outcomeOf(result, byKey.get(keyOf(result.jobId, result.tableNo, result.chunkNo))),
  )
}

/** Serialises what takes numbers from event_seq for a job, so that readers never miss a lower one. */
export async function lockJobs(sql: Sql, jobIds: string[]): Promise<void> {
  for (const id of jobIds)
    await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [id], {
      prepared: 'lock-job',
    })
}

type Winner = {
  job_id: string
  table_no: number
  chunk_no: number
  cid: string
  lease_id: string
  worker_id: string
  fresh: boolean
}

const keyOf = (job: string, table: number, chunk: number): string => `${job}/${table}/${chunk}`

function outcomeOf(result: ChunkResult, winner: Winner | undefined): Outcome {
  if (!winner) return 'unwanted'
  if (winner.cid !== result.cid) return 'differs'
  if (winner.worker_id !== result.workerId || winner.lease_id !== result.leaseId) return 'repeated'
  return winner.fresh ? 'committed' : 'equal'
}

function columnsOf(results: ChunkResult[]): unknown[][] {
  return [
    results.map((r) => r.jobId),
    results.map((r) => r.tableNo),
    results.map((r) => r.chunkNo),
    results.map((r) => r.cid),
    results.map((r) => r.bytes),
    results.map((r) => r.dagBytes),
    results.map((r) => r.rows),
    results.map((r) => r.workerId),
    results.map((r) => r.region),
    results.map((r) => r.leaseId),
    results.map((r) => r.durationMs),
    results.map((r) => r.drawnRows),
    results.map((r) => r.metRows),
  ]
}

const INSERT = `
with input as (
  select * from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::bigint[], $6::bigint[],
    $7::int[], $8::text[], $9::text[], $10::text[], $11::int[], $12::bigint[], $13::bigint[])
    as t(job_id, table_no, chunk_no, cid, bytes, dag_bytes, rows, worker_id, region, lease_id, duration_ms, drawn_rows, met_rows)
), inserted as (
  insert into chunks (job_id, table_no, chunk_no, cid, bytes, dag_bytes, rows, worker_id, region, lease_id, duration_ms, drawn_rows, met_rows)
  select i.* from input i join jobs j on j.id = i.job_id and j.deleted_at is null
  on conflict do nothing
  returning job_id, table_no, chunk_no, cid, bytes, rows, worker_id, region, lease_id, drawn_rows, met_rows
), counted as (
  update job_tables t set rows_done = rows_done + s.rows, chunks_done = chunks_done + s.chunks, bytes_done = bytes_done + s.bytes,
    drawn_rows = t.drawn_rows + s.drawn_rows, met_rows = t.met_rows + s.met_rows
  from (select job_id, table_no, sum(rows) as rows, count(*) as chunks, sum(bytes) as bytes, sum(drawn_rows) as drawn_rows,
    sum(met_rows) as met_rows from inserted group by 1, 2) s
  where t.job_id = s.job_id and t.table_no = s.table_no
), credited as (
  insert into job_workers as w (job_id, worker_id, region, chunks, rows)
  select job_id, worker_id, region, count(*), sum(rows) from inserted group by 1, 2, 3
  on conflict (job_id, worker_id) do update set chunks = w.chunks + excluded.chunks, rows = w.rows + excluded.rows
)
select job_id, table_no, chunk_no, cid, lease_id, worker_id, true as fresh from inserted
union all
select c.job_id, c.table_no, c.chunk_no, c.cid, c.lease_id, c.worker_id, false
from chunks c join (select distinct job_id, table_no, chunk_no from input) i using (job_id, table_no, chunk_no)`
