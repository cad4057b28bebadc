// What each kind of anomaly does to one row of a batch.

import type { Anomalies, AnomalyKind } from './config/anomaly-types.ts'
import type { DamagedColumn } from './damaged-columns.ts'
import { daysOf, SECONDS_PER_DAY } from './math/calendar.ts'
import { pow10, roundTo, TWO_POW_53 } from './math/decimal.ts'
import { unitOf } from './random/uniform.ts'
import { typo } from './rules/typo.ts'
import type { Vector } from './rules/vector.ts'

/** What one damaged row draws: four words. */
export type Words = readonly [number, number, number, number]

export type Cells = ReadonlyMap<string, DamagedColumn>

/** The columns that were changed; null where the row's values do not allow this kind. */
export type Damage = (i: number, row: number, words: Words) => readonly string[] | null

/** Tries the targets from a drawn one on; null where none was changed. */
export function firstOf<T>(
  targets: readonly T[],
  word: number,
  damage: (target: T) => boolean,
): T | null {
  for (let k = 0; k < targets.length; k++) {
    const target = targets[(word + k) % targets.length] as T
    if (damage(target)) return target
  }
  return null
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

/** What the kinds that change a row by itself do to it; duplicates are another row's values. */
export function damagesOf(
  law: Anomalies,
  cells: Cells,
  tableRows: number,
): Partial<Record<AnomalyKind, Damage>> {
  const spreads = new Map(law.numbers.map(({ column, spread }) => [column, spread]))
  const numbers = [...spreads.keys()]
  const at = (column: string) => cells.get(column) as DamagedColumn
  const one = (columns: readonly string[], word: number, damage: (column: string) => boolean) => {
    const column = firstOf(columns, word, damage)
    return column === null ? null : [column]
  }
  const move = (i: number, word: number, factor: number) =>
    one(numbers, word, (column) => moved(at(column), i, spreads.get(column) ?? 0, factor))
  return {
    outlier: (i, _row, [, word, a, b]) => {
      const factor = 5 + 15 * unitOf(a, b)
      return move(i, word, a % 2 === 0 ? factor : 0 - factor)
    },
    // Grows from a fifth of the spread at the first row to the whole of it at the last.
    drift: (i, row, [, word]) => move(i, word, 0.2 + (0.8 * (row + 1)) / tableRows),
    null: (i, _row, [, word]) =>
      one(law.nullable, word, (column) => {
        if (at(column).isNull(i)) return false
        at(column).setNull(i)
        return true
      }),
    typo: (i, _row, [, word, a, b]) =>
      one(law.texts, word, (column) => {
        const text = at(column).get(i)
        if (typeof text !== 'string' || text === '' || at(column).isNull(i)) return false
        at(column).set(i, typo(text, a, b))
        return true
      }),
    swap: (i, _row, [, word]) => firstOf(law.pairs, word, (pair) => swap(cells, pair, i)),
  }
}
