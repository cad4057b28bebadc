// A dataset as the file that whoever learns from it or measures it is handed, and how that file is read.

import type { Sql } from '#coordinator/database/database.ts'
import type { InputRef } from '#coordinator/fleet/input-grants.ts'
import type { IngestField } from '#engine/ingest/field.ts'
import { type DatasetColumn, noDataset, type Reading } from './dataset-row.ts'

/** A dataset's file and all that `readTable` needs to read it. */
export type DatasetInput = InputRef & {
  datasetId: string
  projectId: string
  name: string
  rows: number
  reading: Reading
  fields: IngestField[]
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
