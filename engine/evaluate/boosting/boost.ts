// Gradient boosting (Friedman 2001) of trees on binned columns, for a yes or no (logistic loss) or a number (squared
// loss). Deterministic for a seed.

import { exp, log } from '#engine/math/elementary.ts'
import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import type { BinnedColumn } from './bins.ts'
import type { Gradients } from './histogram.ts'
import { addTree, createGrower, type TreeNode } from './tree.ts'

type Loss = 'logistic' | 'squared'

type BoostOptions = { loss: Loss; seed: number; treesMax?: number }

type Boosted = { start: number; trees: TreeNode[][] }

const TREES_MAX = 100
/** From this many rows on a tenth is held out, and trees are added until it has not gained for some rounds. */
const EARLY_STOP_ROWS = 10_000
const HELD_OUT_SHARE = 0.1
const PATIENCE = 10
const TOLERANCE = 1e-7

/**
 * Fits `target` (0 or 1, or any number) of the rows in `rows`. Columns and target are addressed by row; columns may
 * have more rows than are fitted.
 */
export function fitBoosted(
  columns: readonly BinnedColumn[],
  target: Float64Array,
  rows: Int32Array,
  options: BoostOptions,
): Boosted {
  const { loss, seed, treesMax = TREES_MAX } = options
  const { training, heldOut } = parted(rows, seed)
  const start = startOf(target, training, loss)
  const predictions = new Float64Array(target.length).fill(start)
  const gradients = {
    gradients: new Float64Array(target.length),
    curvatures: new Float64Array(target.length).fill(1),
  }
  const grower = createGrower(columns, training.length)
  const trees: TreeNode[][] = []
  const losses = [lossOf(target, predictions, heldOut, loss)]
  const order = training.slice()
  while (trees.length < treesMax && columns.length > 0 && !stalled(losses, heldOut.length)) {
    setGradients(gradients, { target, predictions }, training, loss)
    order.set(training)
    const tree = grower.grow(order, gradients, predictions)
    if (tree.length === 1) break
    trees.push(tree)
    addTree(tree, columns, heldOut, predictions)
    losses.push(lossOf(target, predictions, heldOut, loss))
  }
  return { start, trees }
}

/** Log odds, or numbers, of the rows in `rows`; in their order. */
export function predictBoosted(
  { start, trees }: Boosted,
  columns: readonly BinnedColumn[],
  rows: Int32Array,
): Float64Array {
  const predictions = new Float64Array(columns[0]?.bins.length ?? 0).fill(start)
  for (const tree of trees) addTree(tree, columns, rows, predictions)
  return Float64Array.from(rows, (row) => predictions[row] ?? start)
}

function parted(rows: Int32Array, seed: number): { training: Int32Array; heldOut: Int32Array } {
  if (rows.length < EARLY_STOP_ROWS) return { training: rows, heldOut: new Int32Array(0) }
  const order = shuffled(rows.length, createSeededRandom(seed, 'held out of boosting'))
  const count = Math.round(rows.length * HELD_OUT_SHARE)
  const at = (places: Int32Array): Int32Array => places.sort().map((place) => rows[place] as number)
  return { training: at(order.slice(count)), heldOut: at(order.slice(0, count)) }
}

function startOf(target: Float64Array, rows: Int32Array, loss: Loss): number {
  let sum = 0
  for (const row of rows) sum += target[row] as number
  const mean = rows.length === 0 ? 0 : sum / rows.length
  if (loss === 'squared') return mean
  const bounded = Math.min(Math.max(mean, 1e-6), 1 - 1e-6)
  return log(bounded / (1 - bounded))
}

function setGradients(
  { gradients, curvatures }: Gradients,
  { target, predictions }: Record<'target' | 'predictions', Float64Array>,
  rows: Int32Array,
  loss: Loss,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const [wanted, predicted] = [target[row] as number, predictions[row] as number]
    if (loss === 'squared') {
      gradients[row] = predicted - wanted
      continue
    }
    const probability = 1 / (1 + exp(-predicted))
    gradients[row] = probability - wanted
    curvatures[row] = probability * (1 - probability)
  }
}

function lossOf(
  target: Float64Array,
  predictions: Float64Array,
  rows: Int32Array,
  loss: Loss,
): number {
  let sum = 0
  for (const row of rows) {
    const [wanted, predicted] = [target[row] as number, predictions[row] as number]
    if (loss === 'squared') sum += (predicted - wanted) ** 2 / 2
    else sum += log(1 + exp(-Math.abs(predicted))) + Math.max(predicted, 0) - wanted * predicted
  }
  return rows.length === 0 ? 0 : sum / rows.length
}

/** Whether none of the last rounds is better than the one before them. */
function stalled(losses: readonly number[], heldOutRows: number): boolean {
  if (heldOutRows === 0 || losses.length <= PATIENCE) return false
  const reference = losses[losses.length - 1 - PATIENCE] as number
  return losses.slice(-PATIENCE).every((loss) => loss > reference - TOLERANCE)
}
