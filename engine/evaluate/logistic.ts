// Logistic regression on standardised numbers, null marks and levels, by Newton's method with a ridge: the linear
// opponent of the boosted trees.

import { exp } from '#engine/math/elementary.ts'
import { levelCounts } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from './measured.ts'

/** Features of a row that are not zero: `at[entry]`, `value[entry]` for the row's entries, `width` of them. */
export type Features = { at: Int32Array; value: Float64Array; width: number; size: number }

/** Levels of one column that have a feature of their own; the rest share one. */
const LEVELS_MAX = 40
/** Levels of a column are fewer where there are many columns. */
const FEATURES_MAX = 400
const ROUNDS_MAX = 12
/** Of wide tables every k-th row is fitted: a round takes the square of a row's entries for each. */
const PRODUCTS_MAX = 100_000_000
const ROWS_LEAST = 2_000
const RIDGE = 1
const STEP_MIN = 1e-6

/** Every column gives two entries a row: its standardised number and null mark, or its level and nothing. */
export function linearFeatures({ rows, columns }: Measured): Features {
  const width = 2 * columns.length + 1
  const at = new Int32Array(rows * width)
  const value = new Float64Array(rows * width)
  const levelsMax = Math.max(
    2,
    Math.min(LEVELS_MAX, Math.floor(FEATURES_MAX / (columns.length + 1))),
  )
  let size = 1
  for (let row = 0; row < rows; row++) value[row * width] = 1
  for (const [place, column] of columns.entries()) {
    const put = (row: number, which: number, feature: number, amount: number): void => {
      const entry = row * width + 1 + 2 * place + which
      at[entry] = feature
      value[entry] = amount
    }
    size +=
      column.kind === 'number'
        ? putNumbers(column, size, put)
        : putLevels(column, size, levelsMax, put)
  }
  return { at, value, width, size }
}

type Put = (row: number, which: number, feature: number, amount: number) => void

function putNumbers(column: MeasuredColumn & { kind: 'number' }, from: number, put: Put): number {
  const { values } = column
  let [count, sum, squares] = [0, 0, 0]
  for (const value of values) if (!Number.isNaN(value)) [count, sum] = [count + 1, sum + value]
  const mean = count === 0 ? 0 : sum / count
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2
  const spread = squares > 0 ? Math.sqrt(squares / count) : 1
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) put(row, 1, from + 1, 1)
    else put(row, 0, from, (value - mean) / spread)
  }
  return 2
}

function putLevels(
  column: MeasuredColumn & { kind: 'category' },
  from: number,
  levelsMax: number,
  put: Put,
): number {
  const counts = levelCounts(column)
  const frequent = [...counts.keys()]
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, levelsMax)
  const featureOf = new Int32Array(counts.length).fill(from + frequent.length)
  for (const [place, level] of frequent.entries()) featureOf[level] = from + place
  const { codes } = column
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    put(row, 0, code < 0 ? from + frequent.length + 1 : (featureOf[code] as number), 1)
  }
  return frequent.length + 2
}

/** Weights of the features that make the 0s and 1s of `target` in these rows most likely, less the ridge. */
export function fitLogistic(
  features: Features,
  target: Float64Array,
  fitted: Int32Array,
): Float64Array {
  const { size, width } = features
  const rowsMax = Math.max(ROWS_LEAST, Math.floor((2 * PRODUCTS_MAX) / width ** 2))
  const step = Math.ceil(fitted.length / rowsMax)
  const rows = step > 1 ? fitted.filter((_, at) => at % step === 0) : fitted
  const weights = new Float64Array(size)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { gradient, curvature } = derivatives(features, target, rows, weights)
    for (let i = 0; i < size; i++) {
      const ridge = i === 0 ? 1e-9 : RIDGE
      gradient[i] = (gradient[i] as number) + ridge * (weights[i] as number)
      curvature[i * size + i] = (curvature[i * size + i] as number) + ridge
    }
    const step = solvePositive(curvature, gradient, size)
    let largest = 0
    for (let i = 0; i < size; i++) {
      weights[i] = (weights[i] as number) - (step[i] as number)
      largest = Math.max(largest, Math.abs(step[i] as number))
    }
    if (largest < STEP_MIN) break
  }
  return weights
}

/** The log odds of these rows, in their order. */
export function predictLogistic(
  { at, value, width }: Features,
  weights: Float64Array,
  rows: Int32Array,
): Float64Array {
  return Float64Array.from(rows, (row) => {
    let sum = 0
    for (let entry = row * width; entry < (row + 1) * width; entry++)
      sum += (weights[at[entry] as number] as number) * (value[entry] as number)
    return sum
  })
}

function derivatives(
  features: Features,
  target: Float64Array,
  rows: Int32Array,
  weights: Float64Array,
): { gradient: Float64Array; curvature: Float64Array } {
  const { at, value, width, size } = features
  const gradient = new Float64Array(size)
  const curvature = new Float64Array(size * size)
  const odds = predictLogistic(features, weights, rows)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const probability = 1 / (1 + exp(-(odds[i] as number)))
    const error = probability - (target[row] as number)
    const weight = Math.max(probability * (1 - probability), 1e-9)
    const end = (row + 1) * width
    for (let a = row * width; a < end; a++) {
      const amount = value[a] as number
      if (amount === 0) continue
      const feature = at[a] as number
      gradient[feature] = (gradient[feature] as number) + error * amount
      const line = feature * size
      for (let b = row * width; b <= a; b++) {
        const cell = line + (at[b] as number)
        curvature[cell] = (curvature[cell] as number) + weight * amount * (value[b] as number)
      }
    }
  }
  return { gradient, curvature }
}

/** Solves for a positive definite matrix whose lower half is given (Cholesky), in place. */
function solvePositive(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = matrix[i * size + j] as number
      for (let k = 0; k < j; k++)
        sum -= (matrix[i * size + k] as number) * (matrix[j * size + k] as number)
      const pivot = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : (matrix[j * size + j] as number)
      matrix[i * size + j] = i === j ? pivot : sum / pivot
    }
  }
  const out = right.slice()
  for (let i = 0; i < size; i++) {
    let sum = out[i] as number
    for (let k = 0; k < i; k++) sum -= (matrix[i * size + k] as number) * (out[k] as number)
    out[i] = sum / (matrix[i * size + i] as number)
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = out[i] as number
    for (let k = i + 1; k < size; k++) sum -= (matrix[k * size + i] as number) * (out[k] as number)
    out[i] = sum / (matrix[i * size + i] as number)
  }
  return out
}
