// Which columns of a table follow from others by arithmetic, each from such as do not follow from it.

import type { Column, NumberColumn } from '#engine/table/table.ts'
import { findAffine } from './affine.ts'
import { findPair, findRatio, findTriple, type Operand, type Search } from './formula-search.ts'
import { type Formula, operandsOf, type ValueAt } from './formulas.ts'
import { sketchOf } from './sketch.ts'

/** Fewer known rows, or values of a column that follows, may agree by chance. */
const ROWS_LEAST = 100
const DISTINCT_LEAST = 6
/** All pairs of so many columns are tried, and all triples of so many. */
const PAIRED_MOST = 120
const TRIPLED_MOST = 36
/** Rows that a formula is tried on first, of so many. */
const PROBES = 24
const SORTED_MOST = 1000

/**
 * By number the formulas of columns that follow in every row. `columns` of the table, null for those that are not
 * learned; those of `lookedUp`, which says by what, follow already or are what others follow from.
 */
export function findRelations(
  columns: readonly (Column | null)[],
  lookedUp: ReadonlyMap<number, number>,
): Map<number, Formula> {
  const operands = columns.flatMap((column, at): Operand[] =>
    column?.kind === 'number' && distinctOf(column, 2) === 2
      ? [{ at, column, isAboveZero: column.values.every((value) => !(value <= 0)) }]
      : [],
  )
  const found = new Map<number, Formula>()
  if (operands.length < 2 || operands.length > PAIRED_MOST) return found
  const at: ValueAt = (column, row) => (columns[column] as NumberColumn).values[row] as number
  const some = sketchOf(columns, operands[0]?.column.values.length ?? 0)
  const sketch = ({ at: place }: Operand): NumberColumn => some[place] as NumberColumn
  const taken = new Set([...lookedUp].flat())
  const targets = operands
    .filter(
      (one) => !taken.has(one.at) && distinctOf(one.column, DISTINCT_LEAST) === DISTINCT_LEAST,
    )
    .map((target) => ({ target, probes: probesOf(target.column) }))
    .filter(({ probes }) => probes.length === PROBES)
    .reverse()
  const finders =
    operands.length > TRIPLED_MOST
      ? [findAffine, findPair, findRatio]
      : [findAffine, findPair, findTriple, findRatio]
  for (const find of finders)
    for (const { target, probes } of targets) {
      if (found.has(target.at)) continue
      const free = operands.filter((one) => !leadsTo(one.at, target.at, found))
      const formula = find({ target, operands: free, at, probes, sketch } satisfies Search)
      if (formula !== null) found.set(target.at, formula)
    }
  return found
}

function leadsTo(from: number, to: number, found: ReadonlyMap<number, Formula>): boolean {
  if (from === to) return true
  const formula = found.get(from)
  return formula !== undefined && operandsOf(formula).some((one) => leadsTo(one, to, found))
}

/** How many there are, null aside, counted to `most`. */
function distinctOf({ values }: NumberColumn, most: number): number {
  const seen = new Set<number>()
  for (const value of values) {
    if (seen.size === most) break
    if (!Number.isNaN(value)) seen.add(value)
  }
  return seen.size
}

/**
 * Rows all over the table, with as many values as can be had, and one of the greatest first, which few formulas give by
 * chance. None of few rows.
 */
function probesOf({ values }: NumberColumn): number[] {
  const stride = Math.max(1, Math.floor(values.length / SORTED_MOST))
  const known: number[] = []
  for (let row = 0; row < values.length; row += stride)
    if (!Number.isNaN(values[row])) known.push(row)
  if (known.length < ROWS_LEAST) return []
  const order = known.sort((a, b) => (values[b] as number) - (values[a] as number))
  return Array.from({ length: PROBES }, (_, i) => {
    return order[Math.floor(((2 * i + 1) * order.length) / (2 * PROBES))] as number
  })
}
