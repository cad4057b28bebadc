// How far drawn rows are from held-out ones: total variation of columns and of pairs of columns.

import { createDecoder, inTable, straightCurves } from './decode.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout } from './layout.ts'
import type { Modes } from './modes.ts'

/** Cells of a column at most; numbers are cut where held-out rows are, rare codes share the last cell. */
const CELLS_MOST = 12

/** Mean of the means over columns and over pairs, in [0, 1]. */
export type Distance = (drawn: EncodedTable) => number

type Cells = { count: number; of: (table: EncodedTable) => Uint8Array }

export function createDistance(
  holdout: EncodedTable,
  { modes, layout }: { modes: readonly Modes[]; layout: Layout },
): Distance {
  const cells = modes.map((known, column) =>
    layout.places.includes(column)
      ? numberCells(holdout, known, { layout, column })
      : codeCells(holdout, layout, column),
  )
  const columns = [...cells.keys()]
  const pairs = columns.flatMap((a) => columns.slice(a).map((b): Pair => [a, b]))
  const sharesOf = (table: EncodedTable): Float64Array[] => {
    const found = cells.map(({ of }) => of(table))
    return pairs.map(([a, b]) => {
      const [x, y] = [cells[a] as Cells, cells[b] as Cells]
      return shares(found[a] as Uint8Array, found[b] as Uint8Array, {
        wide: y.count,
        all: x.count * y.count,
      })
    })
  }
  const expected = sharesOf(holdout)
  return (drawn) => {
    const found = sharesOf(drawn)
    const apart = expected.map((one, at) => variation(one, found[at] as Float64Array))
    const alone = apart.filter((_, at) => isColumn(pairs[at] as Pair))
    const together = apart.filter((_, at) => !isColumn(pairs[at] as Pair))
    return together.length === 0 ? mean(alone) : (mean(alone) + mean(together)) / 2
  }
}

/** A column with itself stands for the column. */
type Pair = readonly [number, number]

const isColumn = ([a, b]: Pair): boolean => a === b

const mean = (list: number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length

function shares(a: Uint8Array, b: Uint8Array, { wide, all }: { wide: number; all: number }) {
  const found = new Float64Array(all)
  const share = 1 / a.length
  for (let row = 0; row < a.length; row++) {
    const cell = (a[row] as number) * wide + (b[row] as number)
    found[cell] = (found[cell] as number) + share
  }
  return found
}

function variation(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] as number) - (b[at] as number))
  return sum / 2
}

function codeCells(holdout: EncodedTable, layout: Layout, column: number): Cells {
  const columns = layout.spans.length
  const counts = new Float64Array(layout.spans[column]?.count ?? 0)
  for (let row = 0; row < holdout.rows; row++) {
    const code = holdout.codes[row * columns + column] as number
    counts[code] = (counts[code] as number) + 1
  }
  const heavy = [...counts.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number))
  const cellOf = new Uint8Array(counts.length).fill(CELLS_MOST - 1)
  for (const [cell, code] of heavy.slice(0, CELLS_MOST - 1).entries()) cellOf[code] = cell
  return {
    count: CELLS_MOST,
    of: ({ rows, codes }) => {
      const cells = new Uint8Array(rows)
      for (let row = 0, at = column; row < rows; row++, at += columns)
        cells[row] = cellOf[codes[at] as number] as number
      return cells
    },
  }
}

function numberCells(
  holdout: EncodedTable,
  known: Modes,
  { layout, column }: { layout: Layout; column: number },
): Cells {
  const decode = createDecoder(known, straightCurves(known), inTable(column, layout))
  const values = (table: EncodedTable) => {
    const all = new Int32Array(table.rows)
    for (let row = 0; row < all.length; row++) all[row] = row
    return decode({ ...table, unit: () => 0 }, all)
  }
  const sorted = Float64Array.from(values(holdout).filter((value) => !Number.isNaN(value))).sort()
  const edges = [
    ...new Set(
      Array.from({ length: CELLS_MOST - 2 }, (_, i) =>
        Number(sorted[Math.floor(((i + 1) / (CELLS_MOST - 1)) * sorted.length)] ?? 0),
      ),
    ),
  ]
  return {
    count: CELLS_MOST,
    of: (table) => cellsBetween(values(table), Float64Array.from(edges)),
  }
}

/** How many edges are not above each value; those that are no numbers have a cell of their own. */
function cellsBetween(values: ArrayLike<number>, edges: Float64Array): Uint8Array {
  const cells = new Uint8Array(values.length)
  for (let row = 0; row < cells.length; row++) {
    const value = values[row] as number
    let cell = Number.isNaN(value) ? CELLS_MOST - 1 : 0
    for (let at = 0; at < edges.length; at++) if (value >= (edges[at] as number)) cell++
    cells[row] = cell
  }
  return cells
}
