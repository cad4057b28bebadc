// A table of a job in memory: its rows are made again from the job's spec, and read as those of an upload are.

import { createOpenedModels } from '#coordinator/models/opened-models.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { withRows } from '#engine/chunk.ts'
import { type CompiledTable, compile } from '#engine/compile.ts'
import { createColumnBuilder } from '#engine/ingest/column-builder.ts'
import { createColumnInference } from '#engine/ingest/column-inference.ts'
import { writesCommas } from '#engine/ingest/column-type.ts'
import { decideField } from '#engine/ingest/decide-field.ts'
import type { IngestField } from '#engine/ingest/field.ts'
import type { Cell } from '#engine/ingest/records.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import type { Column, Table } from '#engine/table/table.ts'
import type { JobRows } from './work.ts'

const BATCH_ROWS = 256
const STRETCH_ROWS = 10_000
const DISTINCT_MAX = 20_000
/** They are held as JavaScript values for a while. */
const CELLS_MAX = 4_000_000

/**
 * The first rows, as many as a table of so many columns may have. AppError `not_found` for a table that the job has not,
 * and what making the rows throws.
 */
export async function readJobTable(
  store: Pick<BlockStore, 'get'>,
  { config, plan, inputs, table: name }: JobRows,
  rowsMaxOf: (columns: number) => number,
): Promise<Table> {
  const compiled = compile(config, plan, {
    batchRows: BATCH_ROWS,
    sandbox: await sandboxFor(config),
    models: await createOpenedModels(store.get).of(config, inputs),
  })
  try {
    const table = name === null ? compiled.tables[0] : compiled.table(name)
    return await readRows(table as CompiledTable, rowsMaxOf)
  } finally {
    await compiled.release()
  }
}

async function readRows(
  table: CompiledTable,
  rowsMaxOf: (columns: number) => number,
): Promise<Table> {
  const held = Math.ceil(CELLS_MAX / Math.max(1, table.columns.length))
  const rows = Math.min(table.rows, rowsMaxOf(table.columns.length), held)
  const cells: Cell[][] = table.columns.map(() => [])
  for (let from = 0; from < rows; from += STRETCH_ROWS) {
    const to = Math.min(rows, from + STRETCH_ROWS)
    const values = await withRows(table, { from, to }, () => table.values(from, to))
    for (const row of values) for (const [c, value] of row.entries()) cells[c]?.push(value)
  }
  const evidence = table.columns.map(({ name }, c) => {
    const inference = createColumnInference(name, DISTINCT_MAX)
    inference.add(cells[c] ?? [], rows)
    return inference.evidence()
  })
  const commas = writesCommas(evidence)
  const columns = evidence.map((of, c) =>
    columnOf(decideField(of, { commas }).field, cells[c] ?? []),
  )
  return { name: table.name, rows, columns }
}

function columnOf(field: IngestField, cells: readonly Cell[]): Column {
  const builder = createColumnBuilder(field)
  const order = Int32Array.from(cells, (_, row) => row)
  builder.add(cells, { rows: order, from: 0 })
  return builder.finish(order)
}
