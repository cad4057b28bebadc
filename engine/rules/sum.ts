// Columns that add up to a total, to the last digit: each is drawn by its own law, then the difference is shared out.

import { remainderOf } from '#engine/math/decimal.ts'
import type { Rows } from '#engine/rows.ts'
import type { NumberKernel } from './kernel.ts'
import type { Constrained } from './order.ts'
import { type NumberVector, numberVector } from './vector.ts'

/** Least and greatest value of a column, in units of its last digit. */
export type Bounds = readonly [number, number]

/** floor(a * b / c) for whole numbers, a <= c, c > 0. */
function share(a: number, b: number, c: number): number {
  const product = a * b
  if (product <= Number.MAX_SAFE_INTEGER) return (product - remainderOf(product, c)) / c
  return Number((BigInt(a) * BigInt(b)) / BigInt(c))
}

/** What each column has room for: `rooms` of a row, and their sum. */
type Rooms = { rooms: Float64Array; all: number }

/** Shares `amount` (0 to `all`) by room; the shares are whole, add up to it, and none is above its room. */
function distribute(
  { rooms, all }: Rooms,
  amount: number,
  give: (k: number, part: number) => void,
) {
  let [room, given] = [0, 0]
  for (let k = 0; k < rooms.length; k++) {
    room += rooms[k] as number
    const next = all === 0 ? 0 : share(amount, room, all)
    give(k, next - given)
    given = next
  }
}

type Adjust = (values: Float64Array, total: number) => void

/** Moves every value towards its bound by the same part of the way; the total lies between the sums of the bounds. */
function withinBounds(bounds: readonly Bounds[]): Adjust {
  const rooms = new Float64Array(bounds.length)
  return (values, total) => {
    const missing = total - values.reduce((sum, value) => sum + value, 0)
    const up = missing >= 0
    let all = 0
    bounds.forEach(([least, most], k) => {
      const value = values[k] as number
      rooms[k] = up ? most - value : value - least
      all += rooms[k] as number
    })
    distribute({ rooms, all }, Math.abs(missing), (k, part) => {
      values[k] = (values[k] as number) + (up ? part : -part)
    })
  }
}

/** The values are shares of the total. */
function inProportion(columns: number): Adjust {
  const rooms = new Float64Array(columns)
  return (values, total) => {
    let all = 0
    for (let k = 0; k < columns; k++) {
      rooms[k] = Math.abs(values[k] as number)
      all += rooms[k] as number
    }
    if (all === 0) all = rooms.fill(1).length
    const amount = Math.abs(total)
    const whole = Math.floor(amount / all)
    distribute({ rooms, all }, amount - whole * all, (k, part) => {
      const value = whole * (rooms[k] as number) + part
      values[k] = total < 0 ? 0 - value : value
    })
  }
}

/**
 * `total` has the type and scale of the columns. With `bounds` every value stays within them, and they must allow
 * every total; without, values are shares, of the total's sign. Null where the total is.
 */
export function sumColumns(
  kernels: readonly NumberKernel[],
  total: NumberKernel,
  bounds: readonly Bounds[] | null,
  capacity: number,
): Constrained {
  const vectors = kernels.map(
    ({ vector }): NumberVector => ({
      ...numberVector(vector.type, vector.scale, capacity),
      nulls: total.vector.nulls,
    }),
  )
  const adjust = bounds ? withinBounds(bounds) : inProportion(kernels.length)
  const values = new Float64Array(kernels.length)
  const fill = (rows: Rows) => {
    for (const kernel of kernels) kernel.fill(rows)
    total.fill(rows)
    for (let i = 0; i < rows.n; i++) {
      for (let k = 0; k < values.length; k++) {
        values[k] = (kernels[k] as NumberKernel).vector.values[i] as number
      }
      if (total.vector.nulls?.[i] !== 1) adjust(values, total.vector.values[i] as number)
      vectors.forEach((vector, k) => {
        vector.values[i] = values[k] as number
      })
    }
  }
  return { vectors, fill }
}
