// Datasets for those who learn from them or measure them: as a table in memory, or as a file that a worker is handed.

import type { Sql } from '#coordinator/database/database.ts'
import type { InputRef } from '#coordinator/fleet/input-grants.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import type { IngestField } from '#engine/ingest/field.ts'
import { readTable } from '#engine/ingest/read-table.ts'
import type { Table } from '#engine/table/table.ts'
import { type DatasetColumn, noDataset, type Reading } from './dataset-row.ts'
import { openStoredFile } from './stored-file.ts'

/** A dataset's file and all that `readTable` needs to read it. */
export type DatasetInput = InputRef & {
  datasetId: string
  projectId: string
  name: string
  rows: number
  reading: Reading
  fields: IngestField[]
}

export type DatasetTableOptions = {
  /** More rows are sampled, each with the same chance. */
  maxRows?: number
  seed?: number
  signal?: AbortSignal
}

/** For whoever has been shown to see the dataset. Throws AppError `not_found`. */
export async function datasetInput(sql: Sql, datasetId: string): Promise<DatasetInput> {
  const [row] = await sql.query<
    InputRef & Omit<DatasetInput, 'fields' | 'datasetId'> & { columns: DatasetColumn[] }
  >(
    `select root_cid as cid, bytes, sha256, project_id as "projectId", name, rows, reading, columns
     from datasets where id = $1`,
    [datasetId],
  )
  if (row === undefined) throw noDataset(datasetId)
  const { columns, ...input } = row
  return { ...input, datasetId, fields: columns.map(({ field }) => field) }
}

/** The table that the input's file holds. AppError `part_missing` where its bytes are gone. */
export function datasetTable(
  store: Pick<BlockStore, 'get'>,
  input: DatasetInput,
  { signal, ...sample }: DatasetTableOptions = {},
): Promise<Table> {
  const passed = signal === undefined ? {} : { signal }
  return readTable(openStoredFile(store, input, passed), input.fields, {
    ...input.reading,
    ...sample,
    ...passed,
    name: input.name,
  })
}
