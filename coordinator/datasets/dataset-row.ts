// Datasets as their project has them: listed, read, removed.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { isId } from '#coordinator/identity/new-id.ts'
import {
  type Principal,
  type ProjectRole,
  requireRole,
  viewer,
} from '#coordinator/identity/principals.ts'
import { AppError } from '#engine/errors.ts'
import type { IngestField } from '#engine/ingest/field.ts'
import type { Cell, FileForm, FileFormat, Keep } from '#engine/ingest/records.ts'

/** How the file is to be read again. */
export type Reading = { form: FileForm; keep: Keep }

export type DatasetColumn = {
  field: IngestField
  confidence: number
  nulls: number
  distinct: number
  /** Masked where values are not shown. */
  examples: Cell[]
}

export type DatasetRow = {
  id: string
  project_id: string
  owner_id: string
  name: string
  format: FileFormat
  reading: Reading
  rows: number
  bytes: number
  root_cid: string
  sha256: string
  columns: DatasetColumn[]
  /** Rows of cells in the order of the columns, masked. */
  preview: Cell[][]
  warnings: string[]
  created_at: Date
  /** The caller's role in the project; null for an administrator who is not a member. */
  role: ProjectRole | null
}

const COLUMNS = `d.id, d.project_id, d.owner_id, d.name, d.format, d.reading, d.rows, d.bytes, d.root_cid, d.sha256,
  d.columns, d.preview, d.warnings, d.created_at, m.role`

const FROM = `from datasets d left join project_members m on m.project_id = d.project_id and m.user_id = $1
  where ($2 or m.user_id is not null)`

/** Those that the caller sees, newest first; `total` counts all that match. */
export async function listDatasets(
  sql: Sql,
  principal: Principal,
  { projectId, limit, offset }: { projectId: string | null; limit: number; offset: number },
): Promise<{ rows: DatasetRow[]; total: number }> {
  const only = 'and ($3::text is null or d.project_id = $3)'
  const values = [...viewer(principal), projectId]
  const [count] = await sql.query<{ total: number }>(
    `select count(*)::int as total ${FROM} ${only}`,
    values,
  )
  const rows = await sql.query<DatasetRow>(
    `select ${COLUMNS} ${FROM} ${only} order by d.created_at desc, d.id limit $4 offset $5`,
    [...values, limit, offset],
  )
  return { rows, total: count?.total ?? 0 }
}

/** Throws AppError `not_found` when it does not exist or is not the caller's to see. */
export async function readDataset(
  sql: Sql,
  principal: Principal,
  id: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<DatasetRow> {
  const [row] = isId(id)
    ? await sql.query<DatasetRow>(
        `select ${COLUMNS} ${FROM} and d.id = $3 ${lock ? 'for update of d' : ''}`,
        [...viewer(principal), id],
      )
    : []
  if (row === undefined) throw noDataset(id)
  return row
}

export function noDataset(id: string): AppError {
  return new AppError('not_found', `There is no dataset ${id.slice(0, 64)}.`)
}

/** Throws `not_found`, `forbidden`, or `conflict` while a model learns from it. Its blocks go with the next sweep. */
export function deleteDataset(database: Database, principal: Principal, id: string): Promise<void> {
  return database.transaction(async (sql) => {
    // The lock waits for trainings that are being submitted; later ones find no dataset.
    const row = await readDataset(sql, principal, id, { lock: true })
    requireRole(principal, row.role, 'editor')
    const [model] = await sql.query<{ id: string }>(
      `select v.id from models v join jobs j on j.id = v.job_id
       where v.dataset_id = $1 and j.status in ('pending', 'generating', 'paused') limit 1`,
      [id],
    )
    if (model !== undefined) {
      const detail = `The model ${model.id} learns from it; cancel its training or wait for it.`
      throw new AppError('conflict', detail)
    }
    await sql.query('delete from datasets where id = $1', [id])
  })
}
