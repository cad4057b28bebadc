// The correlated normal variables of a batch of rows, one after the other; those of conditioned columns first.

import { fillNormal } from '#engine/math/normal-table.ts'
import { cholesky } from '#engine/math/positive-definite.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import { type Allowed, createAllowedRows } from './allowed-rows.ts'
import type { Stretch } from './conditions.ts'
import type { WindowStep } from './window.ts'

/** Rows are drawn this many at a time, whatever is asked for: part of what the bytes depend on. */
export const GRID_ROWS = 1000

/** The number of the keystream of this model's samples. */
const STREAM = 5

export type Variables = {
  /** Which variable is made first, second and so on. */
  order: readonly number[]
  /** Starts a batch. */
  load(batch: number): void
  /** Values of the variable that comes `at`-th, for the rows of the batch; overwritten by the next. */
  make(at: number): Float64Array
  /** Numbers or codes of the steps of the window, for the rows of the batch. */
  windowed: readonly Float64Array[]
}

/** `correlation` is positive definite, row after row; `allowed` as `allowedStretches` gives it. */
export function createVariables(
  correlation: Float64Array,
  {
    seed,
    allowed,
    steps = [],
  }: {
    seed: number
    allowed: ReadonlyMap<number, readonly Stretch[]>
    steps?: readonly (WindowStep & { anyhow: readonly Stretch[] })[]
  },
): Variables {
  const count = Math.sqrt(correlation.length)
  const stepOf = new Map(steps.map((step, at) => [step.latent, { step, at }]))
  /** Those of conditions, then those of the window in its order. */
  const rank = (index: number): number =>
    stepOf.get(index)?.at ?? (allowed.has(index) ? -1 : steps.length)
  const order = [...Array(count).keys()].sort((a, b) => rank(a) - rank(b) || a - b)
  const factor = factorOf(correlation, order)
  const keystream = createKeystream(seed, STREAM)
  const words = new Uint32Array(count * GRID_ROWS)
  const noise = new Float64Array(count * GRID_ROWS)
  const own = order.map((_, at) => noise.subarray(at * GRID_ROWS, (at + 1) * GRID_ROWS))
  const values = new Float64Array(GRID_ROWS)
  const conditions = order.flatMap((index): Allowed[] => {
    const step = stepOf.get(index)?.step
    if (step !== undefined) return [{ stretches: step.anyhow, step }]
    const stretches = allowed.get(index)
    return stretches === undefined ? [] : [{ stretches }]
  })
  const conditioned = conditions.map(() => new Float64Array(GRID_ROWS))
  const windowed = steps.map(() => new Float64Array(GRID_ROWS))
  const allowedRows = createAllowedRows(factor, count, conditions, { seed, rows: GRID_ROWS })
  return {
    ...{ order, windowed },
    load(batch) {
      keystream.fill(batch, words)
      fillNormal(noise, words)
      if (conditioned.length > 0) allowedRows.draw(batch, conditioned, own, windowed)
    },
    make: (at) =>
      conditioned[at] ??
      combine(values, factor.subarray(at * count, (at + 1) * count), own, at + 1),
  }
}

/** Cholesky factor of the matrix in another order of its rows and columns. */
function factorOf(correlation: Float64Array, order: readonly number[]): Float64Array {
  const count = order.length
  const moved = Float64Array.from(correlation, (_, at) => {
    const [row, column] = [order[Math.floor(at / count)], order[at % count]]
    return correlation[(row as number) * count + (column as number)] as number
  })
  const factor = cholesky(moved, count)
  if (factor === null) throw new Error('a correlation matrix in use is positive definite')
  return factor
}

/** The sum of the first `terms` columns, each times its weight; four at a time. */
function combine(
  out: Float64Array,
  weights: Float64Array,
  columns: readonly Float64Array[],
  terms: number,
): Float64Array {
  out.fill(0)
  let term = 0
  for (; term + 4 <= terms; term += 4) addFour(out, weights, columns, term)
  for (; term < terms; term++) addOne(out, weights[term] as number, columns[term] as Float64Array)
  return out
}

function addFour(
  out: Float64Array,
  weights: Float64Array,
  columns: readonly Float64Array[],
  term: number,
): void {
  const [a, b] = [columns[term] as Float64Array, columns[term + 1] as Float64Array]
  const [c, d] = [columns[term + 2] as Float64Array, columns[term + 3] as Float64Array]
  const [p, q] = [weights[term] as number, weights[term + 1] as number]
  const [r, s] = [weights[term + 2] as number, weights[term + 3] as number]
  for (let i = 0; i < GRID_ROWS; i++)
    out[i] =
      (out[i] as number) +
      (p * (a[i] as number) + q * (b[i] as number)) +
      (r * (c[i] as number) + s * (d[i] as number))
}

function addOne(out: Float64Array, weight: number, column: Float64Array): void {
  for (let i = 0; i < GRID_ROWS; i++) out[i] = (out[i] as number) + weight * (column[i] as number)
}
