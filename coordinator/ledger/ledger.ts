// What the ledger answers: which chunks are missing, which parts make a file, and what is taken back.

import type { Link } from '#engine/dag/part.ts'
import type { Database, Sql } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import { lockJobs } from './commit.ts'

/** A run of chunks of one table: from inclusive, to exclusive. */
export type ChunkRange = { jobId: string; tableNo: number; from: number; to: number }

/** Chunks of the range that nobody committed yet, ascending; dead ones included. */
export async function missingChunks(sql: Sql, range: ChunkRange): Promise<number[]> {
  const rows = await sql.query<{ chunk_no: number }>(
    `select n as chunk_no from generate_series($3::int, $4::int - 1) n
     where not exists (select 1 from chunks c where c.job_id = $1 and c.table_no = $2 and c.chunk_no = n)
     order by n`,
    [range.jobId, range.tableNo, range.from, range.to],
    { prepared: 'missing-chunks' },
  )
  return rows.map((row) => row.chunk_no)
}

export type PartRow = { chunk: number; rows: number; link: Link }

/** Parts in file order from chunk `from` on, up to the first gap, at most `limit`. */
export async function contiguousParts(
  sql: Sql,
  { jobId, tableNo, from, limit }: { jobId: string; tableNo: number; from: number; limit: number },
): Promise<PartRow[]> {
  const rows = await sql.query<{
    chunk_no: number
    cid: string
    bytes: number
    dag_bytes: number
    rows: number
  }>(
    `select chunk_no, cid, bytes, dag_bytes, rows from chunks
     where job_id = $1 and table_no = $2 and chunk_no >= $3 order by chunk_no limit $4`,
    [jobId, tableNo, from, limit],
    { prepared: 'contiguous-parts' },
  )
  const gap = rows.findIndex((row, i) => row.chunk_no !== from + i)
  return rows.slice(0, gap < 0 ? rows.length : gap).map((row) => ({
    chunk: row.chunk_no,
    rows: row.rows,
    link: { cid: row.cid, bytes: Number(row.bytes), dagBytes: Number(row.dag_bytes) },
  }))
}

/** Takes a chunk whose part is gone out of the ledger, so that it is made again. True if it was there. */
export function dropChunk(
  database: Database,
  { jobId, tableNo, chunk, cid }: { jobId: string; tableNo: number; chunk: number; cid: string },
): Promise<boolean> {
  return database.transaction(async (sql) => {
    await lockJobs(sql, [jobId])
    const dropped = await sql.query(
      `with gone as (
         delete from chunks where job_id = $1 and table_no = $2 and chunk_no = $3 and cid = $4
         returning rows, bytes, worker_id, drawn_rows, met_rows
       ), uncounted as (
         update job_tables t set chunks_done = chunks_done - 1, rows_done = rows_done - g.rows, bytes_done = bytes_done - g.bytes,
           drawn_rows = t.drawn_rows - g.drawn_rows, met_rows = t.met_rows - g.met_rows
         from gone g where job_id = $1 and table_no = $2
       ), uncredited as (
         update job_workers w set chunks = w.chunks - 1, rows = w.rows - g.rows
         from gone g where w.job_id = $1 and w.worker_id = g.worker_id
       ) select 1 from gone`,
      [jobId, tableNo, chunk, cid],
    )
    await notify(sql, 'job', jobId)
    return dropped.length > 0
  })
}
