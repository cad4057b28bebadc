// A dataset as a table in memory, for those who measure it.

import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { readTable } from '#engine/ingest/read-table.ts'
import type { Table } from '#engine/table/table.ts'
import type { DatasetInput } from './dataset-input.ts'
import { openStoredFile } from './stored-file.ts'

export type DatasetTableOptions = {
  /** More rows are sampled, each with the same chance. */
  maxRows?: number
  seed?: number
  signal?: AbortSignal
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
