// A k-d tree over points of Gower's distance (Friedman, Bentley, Finkel 1977), parted near the median of the column that
// spreads most. Where columns hang together the closest points are found without looking at most.

import type { Points } from './gower.ts'

/** Leaf where `column` is -1: points `from` to `to` - 1 of the tree's order. */
export type Node = {
  column: number
  /** The greatest coordinate on the left and the least on the right. */
  low: number
  high: number
  left: number
  right: number
  from: number
  to: number
}

/** Points in the order of the leaves; of points that are all equal a leaf keeps two. */
export type Tree = { nodes: readonly Node[]; points: Points }

const LEAF_ROWS = 12
const SAMPLE_ROWS = 48

type Cut = { column: number; low: number; high: number }

export function buildTree(points: Points): Tree {
  const order = Int32Array.from({ length: points.rows }, (_, row) => row)
  const spare = new Int32Array(points.rows)
  const nodes: Node[] = []
  const add = (from: number, to: number): number => {
    const at = nodes.push({ column: -1, low: 0, high: 0, left: 0, right: 0, from, to }) - 1
    if (to - from <= LEAF_ROWS) return at
    const node = nodes[at] as Node
    const cut = findCut(points, order.subarray(from, to))
    if (cut === null) {
      node.to = from + 2
      return at
    }
    const middle = from + partition(points, order.subarray(from, to), spare, cut)
    Object.assign(node, cut)
    node.left = add(from, middle)
    node.right = add(middle, to)
    return at
  }
  if (points.rows > 0) add(0, points.rows)
  const { width } = points
  const coordinates = new Float32Array(points.coordinates.length)
  for (let at = 0; at < order.length; at++) {
    const from = (order[at] as number) * width
    coordinates.set(points.coordinates.subarray(from, from + width), at * width)
  }
  return { nodes, points: { ...points, coordinates } }
}

/** The cut of the column that spreads most, judged by some of the rows first; null where all rows are equal. */
function findCut(points: Points, rows: Int32Array): Cut | null {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE_ROWS))
  const some = rows.filter((_, at) => at % step === 0)
  return widestCut(points, some) ?? (step === 1 ? null : widestCut(points, rows))
}

function widestCut({ coordinates, width, levels }: Points, rows: Int32Array): Cut | null {
  let [widest, best]: [number, Cut | null] = [0, null]
  for (let column = 0; column < width; column++) {
    const values = Float32Array.from(
      rows,
      (row) => coordinates[row * width + column] as number,
    ).sort()
    const spread = column < levels ? levelSpread(values) : numberSpread(values)
    if (spread > widest) {
      widest = spread
      best = { column, ...middleCut(values) }
    }
  }
  return best
}

/** Of sorted levels: how often two rows differ in theirs. */
function levelSpread(values: Float32Array): number {
  let squares = 0
  for (let from = 0; from < values.length; ) {
    let to = from
    while (to < values.length && values[to] === values[from]) to++
    squares += (to - from) ** 2
    from = to
  }
  return 1 - squares / values.length ** 2
}

/** Of sorted numbers: twice their mean distance from the median. */
function numberSpread(values: Float32Array): number {
  const middle = values[values.length >> 1] as number
  let sum = 0
  for (const value of values) sum += Math.min(1, Math.abs(value - middle))
  return (2 * sum) / values.length
}

/** Between two sorted values that differ, behind the median if there is one, else before it. */
function middleCut(values: Float32Array): { low: number; high: number } {
  const middle = values[values.length >> 1]
  let at = values.length >> 1
  while (at < values.length && values[at] === middle) at++
  if (at === values.length) {
    at = values.length >> 1
    while (values[at - 1] === middle) at--
  }
  return { low: values[at - 1] as number, high: values[at] as number }
}

/** Left part first. Values between `low` and `high`, which the sample lacked, go left and move `low`. */
function partition(
  { coordinates, width }: Points,
  rows: Int32Array,
  spare: Int32Array,
  cut: Cut,
): number {
  let [left, right] = [0, 0]
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    const value = coordinates[row * width + cut.column] as number
    if (value < cut.high) {
      rows[left++] = row
      if (value > cut.low) cut.low = value
    } else spare[right++] = row
  }
  rows.set(spare.subarray(0, right), left)
  return left
}
