// Rows of merged files: link and hash are found by two activities in any order, each writes its own columns.

import type { Link } from '#engine/dag/part.ts'
import type { Sql } from '../database/database.ts'

export type OutputKey = {
  jobId: string
  tableNo: number
  name: string
  format: string
  rows: number
}

export async function recordMerged(sql: Sql, key: OutputKey, link: Link): Promise<void> {
  await sql.query(
    `insert into outputs (job_id, table_no, table_name, format, rows, bytes, cid, dag_bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (job_id, table_no) do update set bytes = excluded.bytes, cid = excluded.cid, dag_bytes = excluded.dag_bytes`,
    [key.jobId, key.tableNo, key.name, key.format, key.rows, link.bytes, link.cid, link.dagBytes],
  )
}

export type FileHash = {
  bytes: number
  sha256: string
  /** Only for files that go to Arweave. */
  data: { root: string; hashes: Uint8Array } | null
}

export async function recordHashed(sql: Sql, key: OutputKey, hash: FileHash): Promise<void> {
  await sql.query(
    `insert into outputs (job_id, table_no, table_name, format, rows, bytes, sha256, data_root, data_hashes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (job_id, table_no) do update set
       sha256 = excluded.sha256, data_root = excluded.data_root, data_hashes = excluded.data_hashes`,
    [
      key.jobId,
      key.tableNo,
      key.name,
      key.format,
      key.rows,
      hash.bytes,
      hash.sha256,
      hash.data?.root ?? null,
      hash.data?.hashes ?? null,
    ],
  )
}

export type OutputRow = {
  tableNo: number
  name: string
  rows: number
  bytes: number
  link: Link | null
  sha256: string | null
  dataRoot: string | null
  dataHashes: Buffer | null
}

type Stored = {
  table_no: number
  table_name: string
  rows: number
  bytes: number
  cid: string | null
  dag_bytes: number | null
  sha256: string | null
  data_root: string | null
  data_hashes: Buffer | null
}

/** In table order; only the tables that have a row yet. */
export async function readOutputs(sql: Sql, jobId: string): Promise<OutputRow[]> {
  const rows = await sql.query<Stored>(
    'select * from outputs where job_id = $1 order by table_no',
    [jobId],
  )
  return rows.map((row) => ({
    tableNo: row.table_no,
    name: row.table_name,
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    link:
      row.cid === null
        ? null
        : { cid: row.cid, bytes: Number(row.bytes), dagBytes: Number(row.dag_bytes) },
    sha256: row.sha256,
    dataRoot: row.data_root,
    dataHashes: row.data_hashes,
  }))
}
