// Anomalies: a share of a table's rows, exact to one row, of which one or more cells are not what the rules say.
// Rows are found by a permutation of the row numbers, so no row needs to know of another.

import type { Anomalies, AnomalyKind, ResolvedTable } from './config/types.ts'
import { createDamagedColumn, type DamagedColumn } from './damaged-columns.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { daysOf, SECONDS_PER_DAY } from './math/calendar.ts'
import { pow10, roundTo, TWO_POW_53 } from './math/decimal.ts'
import { createPermutation } from './random/feistel.ts'
import { streamKey } from './random/key.ts'
import { unitOf } from './random/uniform.ts'
import { createRows, type Rows, rowCapacity } from './rows.ts'
import { isNull } from './rules/read.ts'
import { typo } from './rules/typo.ts'
import { numberVector, type Vector } from './rules/vector.ts'
import type { Scope } from './scope.ts'

export type DamagedTable = {
  /** The table's columns, some of them damaged. */
  readonly columns: { name: string; vector: Vector }[]
  /** Damages a batch whose clean values are there. */
  apply(rows: Rows): void
}

/** Place of a draw under the table's own key, which no column has. */
const ROW_DRAW = 0
const CELL_DRAW = 1

/** What one damaged row draws: four words. */
type Words = readonly [number, number, number, number]

type Cells = ReadonlyMap<string, DamagedColumn>
/** True when the row was changed; false where its values do not allow this kind. */
type Damage = (i: number, row: number, words: Words) => boolean

/** Tries the targets from a drawn one on. */
function anyOf<T>(targets: readonly T[], word: number, damage: (target: T) => boolean): boolean {
  for (let k = 0; k < targets.length; k++) {
    if (damage(targets[(word + k) % targets.length] as T)) return true
  }
  return false
}

/** Latest and earliest value that every format can write. */
function limitsOf({ type }: Extract<Vector, { kind: 'number' }>): [number, number] {
  const first = daysOf({ year: 1, month: 1, day: 1 })
  const last = daysOf({ year: 9999, month: 12, day: 31 })
  if (type === 'date') return [first, last]
  if (type === 'datetime') return [first * SECONDS_PER_DAY, last * SECONDS_PER_DAY]
  return [1 - TWO_POW_53, TWO_POW_53 - 1]
}

/** Moves a number by `factor` of its column's spread, or of itself where that is larger. */
function moved(cell: DamagedColumn, i: number, spread: number, factor: number): boolean {
  const { vector } = cell
  if (vector.kind !== 'number' || cell.isNull(i)) return false
  const float = vector.type === 'float'
  const value = vector.values[i] as number
  const size = Math.max(Math.abs(value), spread, float ? 1 / pow10(vector.scale) : 1)
  const [least, most] = limitsOf(vector)
  const far = value + size * factor
  const next = float ? roundTo(far, vector.scale) : Math.round(far)
  const kept = Math.min(Math.max(next, least), most)
  if (kept === value) return false
  cell.set(i, kept)
  return true
}

function sameUnits(a: Vector, b: Vector): boolean {
  if (a.kind !== 'number' || b.kind !== 'number') return a.kind === b.kind
  return a.type === 'float' || a.scale === b.scale
}

function swap(cells: Cells, [first, second]: readonly [string, string], i: number): boolean {
  const [a, b] = [cells.get(first), cells.get(second)]
  if (!a || !b || a.isNull(i) || b.isNull(i) || !sameUnits(a.vector, b.vector)) return false
  const [x, y] = [a.get(i), b.get(i)]
  if (x === undefined || y === undefined || x === y) return false
  a.set(i, y)
  b.set(i, x)
  return true
}

function damages(
  law: Anomalies,
  cells: Cells,
  tableRows: number,
): Partial<Record<AnomalyKind, Damage>> {
  const spreads = new Map(law.numbers.map(({ column, spread }) => [column, spread]))
  const numbers = [...spreads.keys()]
  const at = (column: string) => cells.get(column) as DamagedColumn
  const move = (i: number, word: number, factor: number) =>
    anyOf(numbers, word, (column) => moved(at(column), i, spreads.get(column) ?? 0, factor))
  return {
    outlier: (i, _row, [, word, a, b]) => {
      const factor = 5 + 15 * unitOf(a, b)
      return move(i, word, a % 2 === 0 ? factor : 0 - factor)
    },
    // Grows from a fifth of the spread at the first row to the whole of it at the last.
    drift: (i, row, [, word]) => move(i, word, 0.2 + (0.8 * (row + 1)) / tableRows),
    null: (i, _row, [, word]) =>
      anyOf(law.nullable, word, (column) => {
        if (at(column).isNull(i)) return false
        at(column).setNull(i)
        return true
      }),
    typo: (i, _row, [, word, a, b]) =>
      anyOf(law.texts, word, (column) => {
        const text = at(column).get(i)
        if (typeof text !== 'string' || text === '' || at(column).isNull(i)) return false
        at(column).set(i, typo(text, a, b))
        return true
      }),
    swap: (i, _row, [, word]) => anyOf(law.pairs, word, (pair) => swap(cells, pair, i)),
  }
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

/** `clean` are the table's columns in `scope`; `copies` is another scope over the same table. */
export function createAnomalies(
  dataset: Dataset,
  table: ResolvedTable,
  law: Anomalies,
  clean: { name: string; vector: Vector }[],
  copies: () => Scope,
  batchRows: number,
): DamagedTable {
  const tableRows = tableOf(dataset, table.name)[1].rows
  const key = streamKey(dataset.config.seed, table.name, '')
  const count = Math.round(law.ratio * tableRows)
  const permute = createPermutation(Math.max(tableRows, 1), { key, draw: ROW_DRAW })
  const touched = new Set([
    ...law.numbers.map(({ column }) => column),
    ...[...law.nullable, ...law.texts, ...law.copied, ...law.pairs.flat()],
  ])
  const cells = new Map<string, DamagedColumn>()
  const label = { ...numberVector('bool', 0, rowCapacity(batchRows)), nulls: null }
  const columns = clean.map(({ name, vector }) => {
    if (name === law.label) return { name, vector: label }
    const type = table.columns.find((column) => column.name === name)?.type
    if (!touched.has(name) || type === undefined) return { name, vector }
    const cell = createDamagedColumn(vector, type, batchRows)
    cells.set(name, cell)
    return { name, vector: cell.vector }
  })
  const kinds = damages(law, cells, tableRows)
  const twins = law.kinds.includes('duplicate') ? duplicates(law, cells, copies(), batchRows) : null
  const damageRow = (i: number, row: number, words: Words): boolean =>
    anyOf(law.kinds, words[0], (kind) => {
      if (kind !== 'duplicate') return kinds[kind]?.(i, row, words) ?? false
      if (tableRows < 2) return false
      twins?.add(i, row)
      return true
    })
  return {
    columns,
    apply(rows) {
      for (const cell of cells.values()) cell.copy(rows.n)
      label.values.fill(0, 0, rows.n)
      const words = dataset.random.words(rows, { key, draw: CELL_DRAW }, 0)
      for (let i = 0; i < rows.n; i++) {
        const row = rows.index[i] as number
        if (permute(row) >= count) continue
        const drawn = words.map((plane) => plane[i] as number) as unknown as Words
        if (damageRow(i, row, drawn)) label.values[i] = 1
      }
      twins?.apply()
    },
  }
}
