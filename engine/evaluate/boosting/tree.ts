// A regression tree on binned columns, grown best leaf first with histograms and their subtraction (Ke et al.,
// "LightGBM", 2017).

import type { BinnedColumn } from './bins.ts'
import {
  binStarts,
  createHistogramFiller,
  type Gradients,
  type Histogram,
  PARTS,
  subtract,
} from './histogram.ts'
import { findSplit, LEAF_ROWS_MIN, type Split, type Sums } from './split.ts'

/** Node i is a leaf of that value where `column` is -1; else rows go to `left` or `left` + 1. */
export type TreeNode = { column: number; goesLeft: Uint8Array; left: number; value: number }

const LEAVES_MAX = 31
/** What a tree moves predictions by, as a share of Newton's step. */
const RATE = 0.1

type Leaf = {
  node: number
  from: number
  to: number
  histogram: Histogram
  sums: Sums
  split: Split | null
}

type Grower = {
  /** A tree over the rows of `order`, which is reordered by leaf; predictions of these rows move by their leaf. */
  grow(order: Int32Array, gradients: Gradients, predictions: Float64Array): TreeNode[]
}

/** Grows trees over up to `rowsMax` rows of these columns; keeps its buffers from tree to tree. */
export function createGrower(columns: readonly BinnedColumn[], rowsMax: number): Grower {
  const fill = createHistogramFiller(columns, rowsMax)
  const starts = binStarts(columns)
  const pool: Histogram[] = []
  const take = (): Histogram => pool.pop() ?? new Float64Array((starts.at(-1) as number) * PARTS)
  const right = new Int32Array(rowsMax)

  const consider = (leaf: Leaf): Leaf => {
    if (leaf.to - leaf.from >= 2 * LEAF_ROWS_MIN)
      leaf.split = findSplit(columns, starts, leaf.histogram, leaf.sums)
    return leaf
  }

  /** Rows of the left part come first, each part in the order it had. Returns where the right part begins. */
  const partition = (
    order: Int32Array,
    { from, to }: Leaf,
    { column, goesLeft }: Split,
  ): number => {
    const { bins } = columns[column] as BinnedColumn
    let [middle, others] = [from, 0]
    for (let i = from; i < to; i++) {
      const row = order[i] as number
      if (goesLeft[bins[row] as number] === 1) order[middle++] = row
      else right[others++] = row
    }
    order.set(right.subarray(0, others), middle)
    return middle
  }

  /** `left` is the number of the left part's node; the right part's is the next. */
  const divide = (
    leaf: Leaf,
    split: Split,
    left: number,
    { order, gradients }: { order: Int32Array; gradients: Gradients },
  ): [Leaf, Leaf] => {
    const middle = partition(order, leaf, split)
    const leftIsSmaller = middle - leaf.from <= leaf.to - middle
    const smaller = take()
    const range = leftIsSmaller ? { from: leaf.from, to: middle } : { from: middle, to: leaf.to }
    fill(smaller, { order, ...range }, gradients)
    subtract(leaf.histogram, smaller)
    const of = (node: number, from: number, to: number, isSmaller: boolean): Leaf => {
      const histogram = isSmaller ? smaller : leaf.histogram
      return consider({ node, from, to, histogram, sums: sumsOf(histogram, columns), split: null })
    }
    return [
      of(left, leaf.from, middle, leftIsSmaller),
      of(left + 1, middle, leaf.to, !leftIsSmaller),
    ]
  }

  return {
    grow(order, gradients, predictions) {
      const histogram = take()
      fill(histogram, { order, from: 0, to: order.length }, gradients)
      const root = {
        node: 0,
        from: 0,
        to: order.length,
        histogram,
        sums: sumsOf(histogram, columns),
        split: null,
      }
      const nodes: TreeNode[] = [newLeaf()]
      const leaves = [consider(root)]
      while (leaves.length < LEAVES_MAX) {
        const at = bestLeaf(leaves)
        const leaf = leaves[at]
        if (!leaf?.split) break
        const left = nodes.push(newLeaf(), newLeaf()) - 2
        Object.assign(nodes[leaf.node] as TreeNode, { ...leaf.split, left })
        const parts = divide(leaf, leaf.split, left, { order, gradients })
        leaves.splice(at, 1, ...parts)
      }
      for (const leaf of leaves) {
        settle(nodes[leaf.node] as TreeNode, leaf, order, predictions)
        pool.push(leaf.histogram)
      }
      return nodes
    },
  }
}

/** Newton's step for the leaf, taken by its rows. */
function settle(
  node: TreeNode,
  { sums, from, to }: Leaf,
  order: Int32Array,
  predictions: Float64Array,
): void {
  const value = (-RATE * sums.gradient) / Math.max(sums.curvature, 1e-12)
  node.value = Number.isFinite(value) ? value : 0
  for (let i = from; i < to; i++) {
    const row = order[i] as number
    predictions[row] = (predictions[row] as number) + node.value
  }
}

function newLeaf(): TreeNode {
  return { column: -1, goesLeft: new Uint8Array(0), left: 0, value: 0 }
}

function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1
  for (const [at, { split }] of leaves.entries())
    if (split && split.gain > (leaves[best]?.split?.gain ?? 0)) best = at
  return best
}

/** Of all rows in the histogram, from its first column. */
function sumsOf(histogram: Histogram, [first]: readonly BinnedColumn[]): Sums {
  const sums = { gradient: 0, curvature: 0, rows: 0 }
  for (let at = 0; at < (first?.count ?? 0) * PARTS; at += PARTS) {
    sums.gradient += histogram[at] as number
    sums.curvature += histogram[at + 1] as number
    sums.rows += histogram[at + 2] as number
  }
  return sums
}

/** Adds the value of each row's leaf to its prediction. */
export function addTree(
  nodes: readonly TreeNode[],
  columns: readonly BinnedColumn[],
  rows: Int32Array,
  predictions: Float64Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    let node = nodes[0] as TreeNode
    while (node.column >= 0) {
      const bin = (columns[node.column] as BinnedColumn).bins[row] as number
      node = nodes[node.goesLeft[bin] === 1 ? node.left : node.left + 1] as TreeNode
    }
    predictions[row] = (predictions[row] as number) + node.value
  }
}
