// One pass over a file: what its columns are, how many rows there are, and the first few of them.

import { type ColumnInference, createColumnInference } from './column-inference.ts'
import { writesCommas } from './column-type.ts'
import { decideField, type InferredColumn } from './decide-field.ts'
import { brokenFile } from './limits.ts'
import type { Cell, FileForm, Records } from './records.ts'

const FIRST_ROWS = 10
const WARNINGS_MAX = 100

export type Inferred = {
  form: FileForm
  rows: number
  columns: InferredColumn[]
  /** The first rows, column by column, in the order of `columns`: real values, to be masked before they are shown. */
  first: Cell[][]
  warnings: string[]
}

/** Distinct values held at once over all columns, so that memory does not depend on the rows. */
const HELD_VALUES = 1_000_000

/** Reads all of it. AppError as `Records.batches`; `invalid_request` for a file without columns. */
export async function inferFields(
  records: Records,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Inferred> {
  const inferences: ColumnInference[] = []
  const first: Cell[][] = []
  let rows = 0
  for await (const batch of records.batches) {
    signal?.throwIfAborted()
    const width = batch.bytes?.length ?? batch.cells.length
    for (let c = 0; c < width; c++) {
      inferences[c] ??= begun(records, c, rows)
      const inference = inferences[c] as ColumnInference
      const bytes = batch.bytes?.[c]
      if (bytes !== undefined) inference.addBytes(bytes, batch.rows)
      else inference.add(batch.cells[c] as Cell[], batch.rows)
    }
    for (let c = width; c < inferences.length; c++) inferences[c]?.add([], batch.rows)
    if (rows < FIRST_ROWS)
      for (const [c, cells] of batch.cells.entries()) keepFirst(first, c, cells, rows)
    rows += batch.rows
  }
  const columns = records.columns.map((_, c) =>
    (inferences[c] ?? begun(records, c, rows)).evidence(),
  )
  if (columns.length === 0)
    throw brokenFile('the file has no columns', 'Send a table with at least one column.')
  const commas = writesCommas(columns)
  const decided = columns.map((evidence) => decideField(evidence, { commas }))
  const shown = Math.min(rows, FIRST_ROWS)
  return {
    form: records.form,
    rows,
    columns: decided,
    first: decided.map((_, c) =>
      Array.from({ length: shown }, (__, row) => first[c]?.[row] ?? null),
    ),
    warnings: someOf([...records.warnings(), ...decided.flatMap(({ warnings }) => warnings)]),
  }
}

/** A column that begins after so many rows, which had nothing in it. */
function begun({ columns }: Records, c: number, rowsBefore: number): ColumnInference {
  const distinctMax = Math.min(20_000, Math.max(200, Math.floor(HELD_VALUES / columns.length)))
  const inference = createColumnInference(columns[c] as string, distinctMax)
  inference.add([], rowsBefore)
  return inference
}

function keepFirst(first: Cell[][], c: number, cells: readonly Cell[], rowsBefore: number): void {
  while (first.length <= c) first.push([])
  const column = first[c] as Cell[]
  for (let row = 0; row < cells.length && rowsBefore + row < FIRST_ROWS; row++)
    column[rowsBefore + row] = cells[row] ?? null
}

function someOf(warnings: readonly string[]): string[] {
  if (warnings.length <= WARNINGS_MAX) return [...warnings]
  return [...warnings.slice(0, WARNINGS_MAX), `${warnings.length - WARNINGS_MAX} more warnings`]
}
