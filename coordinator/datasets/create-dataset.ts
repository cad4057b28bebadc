// A dataset from an upload: room asked for, bytes taken, the row made.

import type { Sql } from '#coordinator/database/database.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import { projectForWriting } from '#coordinator/identity/projects.ts'
import { AppError } from '#engine/errors.ts'
import type { Inferred } from '#engine/ingest/infer-fields.ts'
import { shownCell } from '#engine/ingest/masked.ts'
import type { Cell, Keep, ReadOptions } from '#engine/ingest/records.ts'
import { type DatasetColumn, type DatasetRow, readDataset } from './dataset-row.ts'
import type { DatasetSettings } from './settings.ts'
import type { TakenUpload } from './store-upload.ts'
import { type TakeDeps, takeUpload } from './take-upload.ts'

export type NewDataset = {
  /** Null: the caller's own. This and the name are asked for when the upload is in: a form may say them behind the file. */
  projectId: () => string | null
  name: () => string
  /** What is to be said beside what the file gives rise to. */
  warnings: readonly string[]
  keep: Keep
  form: NonNullable<ReadOptions['form']>
}

export type CreateDeps = TakeDeps & { settings: DatasetSettings }

/**
 * Takes the whole upload, then makes the dataset; `settle` runs in the transaction that makes it. AppError `not_found`
 * and `forbidden` for the project, `payload_too_large` where it has no room, else as `takeUpload`.
 */
export async function createDataset(
  deps: CreateDeps,
  principal: Principal,
  made: NewDataset,
  upload: { bytes: AsyncIterable<Uint8Array>; signal: AbortSignal },
  settle: (sql: Sql, row: DatasetRow) => Promise<void>,
): Promise<DatasetRow> {
  const { database, settings } = deps
  const { id: likely } = await projectForWriting(database, principal, made.projectId())
  const room = await roomIn(database, likely, settings)
  const { keep, form } = made
  const bytesMax = Math.min(room, settings.fileBytesMax)
  if (bytesMax < 1) throw full(settings)
  const taken = await takeUpload(deps, upload.bytes, {
    ...{ keep, form, signal: upload.signal },
    limits: { bytesMax },
  })
  return database.transaction(async (sql) => {
    const project = await projectForWriting(sql, principal, made.projectId())
    await sql.query('select 1 from projects where id = $1 for no key update', [project.id])
    // Others may have been taken meanwhile.
    if ((await roomIn(sql, project.id, settings)) < taken.file.bytes) throw full(settings)
    const id = await insert(sql, { projectId: project.id, ownerId: principal.userId, made, taken })
    const row = await readDataset(sql, principal, id)
    await settle(sql, row)
    return row
  })
}

/** Bytes that the project may still have. */
async function roomIn(sql: Sql, projectId: string, settings: DatasetSettings): Promise<number> {
  const [row] = await sql.query<{ bytes: number }>(
    'select coalesce(sum(bytes), 0)::bigint as bytes from datasets where project_id = $1',
    [projectId],
  )
  return settings.projectBytesMax - Number(row?.bytes ?? 0)
}

function full({ projectBytesMax }: DatasetSettings): AppError {
  const detail = `The datasets of a project have at most ${projectBytesMax} bytes together; delete some.`
  return new AppError('payload_too_large', detail)
}

type Insert = { projectId: string; ownerId: string; made: NewDataset; taken: TakenUpload }

async function insert(sql: Sql, { projectId, ownerId, made, taken }: Insert): Promise<string> {
  const { file, found } = taken
  const id = newId('dat')
  const reading = { form: found.form, keep: made.keep }
  const warnings = [...made.warnings, ...found.warnings]
  const json = [shownColumns(found), shownRows(found), warnings]
  await sql.query(
    `insert into datasets (id, project_id, owner_id, name, format, reading, rows, bytes, root_cid, sha256, columns,
       preview, warnings)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[id, projectId, ownerId, made.name(), found.form.format, reading, found.rows],
      ...[file.bytes, file.cid, file.sha256],
      ...json.map((value) => JSON.stringify(value)),
    ],
  )
  return id
}

/** What is kept of the columns: no value of one that is personal or an id. */
function shownColumns({ columns }: Inferred): DatasetColumn[] {
  return columns.map(({ field, confidence, nulls, distinct, examples }) => {
    const shown = [...new Set(examples.map((example) => shownCell(example, field)))]
    return { field, confidence, nulls, distinct, examples: shown }
  })
}

function shownRows({ columns, first }: Inferred): Cell[][] {
  const rows = first[0]?.length ?? 0
  return Array.from({ length: rows }, (_, row) =>
    columns.map(({ field }, c) => shownCell(first[c]?.[row] ?? null, field)),
  )
}
