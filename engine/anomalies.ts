// Anomalies: a share of a table's rows, exact to one row, of which one or more cells are not what the rules say.
// Rows are found by a permutation of the row numbers, so no row needs to know of another.

import { type AnomalyLaw, damagedRows, lawsOf, touchedBy } from './anomaly-laws.ts'
import type { Anomalies, AnomalyKind } from './config/anomaly-types.ts'
import type { ResolvedTable } from './config/types.ts'
import { createDamagedColumn, type DamagedColumn } from './damaged-columns.ts'
import { type Cells, damagesOf, firstOf, type Words } from './damages.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { ANOMALY_CELL_DRAW, ANOMALY_ROW_DRAW } from './random/draws.ts'
import { createInverse, createPermutation } from './random/feistel.ts'
import type { Stream } from './random/generator.ts'
import { streamKey } from './random/key.ts'
import { createRows, type Rows, rowCapacity } from './rows.ts'
import { isNull } from './rules/read.ts'
import { type NumberVector, numberVector, type Vector } from './rules/vector.ts'
import type { Scope } from './scope.ts'

/** What a law did to entry i of a batch. */
export type Damaged = { kind: AnomalyKind; columns: readonly string[] }

/** Hears of each row that a law damages: the place of the law in `lawsOf`, and the row's in the batch. */
export type Witness = (law: number, i: number, damaged: Damaged) => void

export type DamagedTable = {
  /** The table's columns, some of them damaged. */
  readonly columns: { name: string; vector: Vector }[]
  /** Damages a batch whose clean values are there. */
  apply(rows: Rows, witness?: Witness): void
}

/** Places of a draw under the table's own key, which no column has. */
const ROW_DRAW = 0
const CELL_DRAW = 1

function streamsOf(
  { config }: Dataset,
  table: ResolvedTable,
  { column }: AnomalyLaw,
): { row: Stream; cell: Stream } {
  const key = streamKey(config.seed, table.name, column ?? '')
  const [row, cell] =
    column === null ? [ROW_DRAW, CELL_DRAW] : [ANOMALY_ROW_DRAW, ANOMALY_CELL_DRAW]
  return { row: { key, draw: row }, cell: { key, draw: cell } }
}

/** The row that a law damages as its n-th, from 0 to one below `damagedRows`. */
export function damagedRowOf(
  dataset: Dataset,
  table: ResolvedTable,
  law: AnomalyLaw,
): (n: number) => number {
  const { rows } = tableOf(dataset, table.name)[1]
  return createInverse(Math.max(rows, 1), streamsOf(dataset, table, law).row)
}

/** The row before, of which a duplicate has the values; the first row takes those of the second. */
const originalOf = (row: number): number => (row === 0 ? 1 : row - 1)

function duplicates(law: Anomalies, cells: Cells, copies: Scope, batchRows: number) {
  const rows = createRows(batchRows)
  const at: number[] = []
  const sources = law.copied.map((name) => ({ name, vector: copies.vector(name) }))
  return {
    add(i: number, row: number): void {
      rows.index[at.length] = originalOf(row)
      at.push(i)
    },
    apply(): void {
      rows.n = at.length
      rows.stamp++
      if (at.length > 0) copies.evaluate(rows)
      for (const [j, i] of at.entries()) {
        for (const { name, vector } of sources) {
          const cell = cells.get(name)
          if (isNull(vector, j)) cell?.setNull(i)
          else cell?.set(i, cell.from(vector, j))
        }
      }
      at.length = 0
    },
  }
}

type Surroundings = {
  cells: Cells
  label: NumberVector | undefined
  /** Another scope over the same table. */
  copies: () => Scope
  batchRows: number
}

function createLaw(
  dataset: Dataset,
  table: ResolvedTable,
  law: AnomalyLaw,
  { cells, label, copies, batchRows }: Surroundings,
): (rows: Rows, witness: (i: number, damaged: Damaged) => void) => void {
  const tableRows = tableOf(dataset, table.name)[1].rows
  const streams = streamsOf(dataset, table, law)
  const count = damagedRows(law, tableRows)
  const permute = createPermutation(Math.max(tableRows, 1), streams.row)
  const kinds = damagesOf(law, cells, tableRows)
  const twins = law.kinds.includes('duplicate') ? duplicates(law, cells, copies(), batchRows) : null
  const duplicate = (i: number, row: number): readonly string[] | null => {
    if (tableRows < 2) return null
    twins?.add(i, row)
    return law.copied
  }
  const damageRow = (i: number, row: number, words: Words): Damaged | null => {
    let columns: readonly string[] | null = null
    const kind = firstOf(law.kinds, words[0], (one) => {
      columns = one === 'duplicate' ? duplicate(i, row) : (kinds[one]?.(i, row, words) ?? null)
      return columns !== null
    })
    return kind === null || columns === null ? null : { kind, columns }
  }
  return (rows, witness) => {
    const words = dataset.random.words(rows, streams.cell, 0)
    for (let i = 0; i < rows.n; i++) {
      const row = rows.index[i] as number
      if (permute(row) >= count) continue
      const drawn = words.map((plane) => plane[i] as number) as unknown as Words
      const damaged = damageRow(i, row, drawn)
      if (damaged === null) continue
      if (label) label.values[i] = 1
      witness(i, damaged)
    }
    twins?.apply()
  }
}

/** `clean` are columns of the table in a scope, all that may be damaged among them; `copies` is another scope over it. */
export function createAnomalies(
  dataset: Dataset,
  table: ResolvedTable,
  clean: readonly { name: string; vector: Vector }[],
  copies: () => Scope,
  batchRows: number,
): DamagedTable {
  const laws = lawsOf(table)
  const touched = new Set(laws.flatMap(touchedBy))
  const labels = new Map(
    laws.flatMap(({ label }) =>
      label === null ? [] : [[label, numberVector('bool', 0, rowCapacity(batchRows))]],
    ),
  )
  const cells = new Map<string, DamagedColumn>()
  const columns = clean.map(({ name, vector }) => {
    const label = labels.get(name)
    if (label) return { name, vector: label }
    const type = table.columns.find((column) => column.name === name)?.type
    if (!touched.has(name) || type === undefined) return { name, vector }
    const cell = createDamagedColumn(vector, type, batchRows)
    cells.set(name, cell)
    return { name, vector: cell.vector }
  })
  const steps = laws.map((law) =>
    createLaw(dataset, table, law, {
      ...{ cells, copies, batchRows },
      label: law.label === null ? undefined : labels.get(law.label),
    }),
  )
  return {
    columns,
    apply(rows, witness) {
      for (const cell of cells.values()) cell.copy(rows.n)
      for (const { values } of labels.values()) values.fill(0, 0, rows.n)
      for (const [place, step] of steps.entries()) {
        step(rows, (i, damaged) => witness?.(place, i, damaged))
      }
    },
  }
}
