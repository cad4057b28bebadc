// Counts what went wrong with each chunk in Postgres, whoever saw it, and decides when to give one up.

import type { Database, Sql } from '../database/database.ts'

export type FailureKind = 'error' | 'lost'
export type Failure = {
  jobId: string
  tableNo: number
  chunk: number
  kind: FailureKind
  workerId: string
  code: string
  message: string
  /** It would be the same anywhere: not tried again. */
  final?: boolean
}

type Seen = { kind: FailureKind; worker_id: string; code: string; message: string }

/** again: one more attempt · alone: one more, with nothing beside it on its slot · dead: give it up. */
export type Verdict = 'again' | 'alone' | 'dead'

/** One try and three retries, unless an operator has set it. */
const ERRORS_MAX = 4
const MAX_LOSSES = 3

/**
 * Judges a chunk by all its failures, the newest last. Dead: the same error on two workers, `errorsMax` errors, or a
 * third lost worker. After two lost workers it is tried alone.
 */
export function judge(failures: readonly Seen[], errorsMax: number = ERRORS_MAX): Verdict {
  const errors = failures.filter(({ kind }) => kind === 'error')
  const losses = failures.length - errors.length
  const workersByError = new Map<string, Set<string>>()
  for (const { code, message, worker_id } of errors) {
    const fingerprint = `${code} ${message}`
    const workers = workersByError.get(fingerprint) ?? new Set()
    workersByError.set(fingerprint, workers.add(worker_id))
  }
  const shared = [...workersByError.values()].some((workers) => workers.size >= 2)
  if (shared || errors.length >= errorsMax || losses >= MAX_LOSSES) return 'dead'
  return losses >= 2 ? 'alone' : 'again'
}

/** Records the failure and, when that was the last straw, the dead chunk. */
export function recordFailure(
  database: Database,
  failure: Failure,
  errorsMax?: number,
): Promise<Verdict> {
  return database.transaction(async (sql) => {
    await insertFailure(sql, failure)
    const seen = await failuresOf(sql, failure)
    const verdict = failure.final ? 'dead' : judge(seen, errorsMax)
    if (verdict === 'dead') await condemn(sql, failure)
    return verdict
  })
}

async function insertFailure(sql: Sql, f: Failure): Promise<void> {
  await sql.query(
    `insert into chunk_failures (job_id, table_no, chunk_no, kind, worker_id, code, message)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [f.jobId, f.tableNo, f.chunk, f.kind, f.workerId, f.code, f.message.slice(0, 2_000)],
  )
  await sql.query('update workers set chunks_failed = chunks_failed + 1 where id = $1', [
    f.workerId,
  ])
  if (f.kind === 'error')
    await sql.query('update jobs set retries = retries + 1 where id = $1', [f.jobId])
}

const failuresOf = (sql: Sql, f: Failure): Promise<Seen[]> =>
  sql.query<Seen>(
    `select kind, worker_id, code, message from chunk_failures
     where job_id = $1 and table_no = $2 and chunk_no = $3 order by id`,
    [f.jobId, f.tableNo, f.chunk],
  )

async function condemn(sql: Sql, f: Failure): Promise<void> {
  const code = f.kind === 'lost' ? 'worker_lost' : f.code
  await sql.query(
    `insert into dead_chunks (job_id, table_no, chunk_no, code, message) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [f.jobId, f.tableNo, f.chunk, code, f.message.slice(0, 2_000)],
  )
}

/** A worker that turns out to be alive was not lost: its losses of this lease's chunks are taken back. */
export async function forgiveLosses(
  sql: Sql,
  {
    jobId,
    tableNo,
    workerId,
    from,
    to,
  }: {
    jobId: string
    tableNo: number
    workerId: string
    from: number
    to: number
  },
): Promise<void> {
  await sql.query(
    `delete from chunk_failures where job_id = $1 and table_no = $2 and worker_id = $3 and kind = 'lost'
     and chunk_no >= $4 and chunk_no < $5`,
    [jobId, tableNo, workerId, from, to],
  )
}

export type DeadChunk = { chunk: number; code: string; message: string }

export async function deadChunks(
  sql: Sql,
  range: { jobId: string; tableNo: number; from: number; to: number },
): Promise<DeadChunk[]> {
  return sql.query<DeadChunk>(
    `select chunk_no as chunk, code, message from dead_chunks
     where job_id = $1 and table_no = $2 and chunk_no >= $3 and chunk_no < $4 order by chunk_no`,
    [range.jobId, range.tableNo, range.from, range.to],
  )
}

/** What a range has been through: chunks to try alone on a slot, and workers that failed on any of it. */
export type Troubles = { alone: number[]; failedOn: string[] }

export async function troublesOf(
  sql: Sql,
  range: { jobId: string; tableNo: number; from: number; to: number },
): Promise<Troubles> {
  const rows = await sql.query<{ chunk_no: number; losses: number; failed_on: string[] }>(
    `select chunk_no, (count(*) filter (where kind = 'lost'))::int as losses,
       coalesce(array_agg(distinct worker_id) filter (where kind = 'error'), '{}') as failed_on
     from chunk_failures
     where job_id = $1 and table_no = $2 and chunk_no >= $3 and chunk_no < $4
     group by chunk_no order by chunk_no`,
    [range.jobId, range.tableNo, range.from, range.to],
  )
  return {
    alone: rows.filter(({ losses }) => losses >= 2).map((row) => row.chunk_no),
    failedOn: [...new Set(rows.flatMap((row) => row.failed_on))],
  }
}
