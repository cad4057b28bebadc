// The closest rows of a table by Gower's distance, exactly: by the tree, with early ends.

import type { Points } from './gower.ts'
import { buildTree, type Node } from './tree.ts'

/** Distances as means over columns, from 0 to 1; infinite where the table has too few rows. */
export type Nearest = { first: Float64Array; second: Float64Array }

export type Finder = {
  /**
   * For rows from (included) to (excluded) of the points, the distance of the closest row of the table, and of the
   * second closest where `second` is asked for; else it stays infinite.
   */
  find(points: Points, range: { from: number; to: number; second: boolean }, into: Nearest): void
}

export function createFinder(table: Points): Finder {
  const { nodes, points } = buildTree(table)
  const { coordinates, width, levels } = points
  const query = new Float32Array(width)
  /** What each column adds to the distance of the part that is looked at, at least. */
  const paid = new Float64Array(width)
  let [best, next, limit] = [0, 0, 0]
  let wantsSecond = false

  const found = (distance: number): void => {
    if (distance < best) {
      next = best
      best = distance
    } else next = distance
    limit = wantsSecond ? next : best
  }

  const scan = ({ from, to }: Node): void => {
    for (let at = from * width; at < to * width; at += width) {
      let sum = 0
      let place = 0
      while (place < levels && sum < limit) {
        if (query[place] !== coordinates[at + place]) sum++
        place++
      }
      while (place < width && sum < limit) {
        const [a, b] = [query[place] as number, coordinates[at + place] as number]
        const difference = Math.abs(a - b)
        if (difference <= 1) sum += difference
        else if (!(Number.isNaN(a) && Number.isNaN(b))) sum++
        place++
      }
      if (sum < limit) found(sum)
    }
  }

  const descend = (index: number, bound: number): void => {
    const node = nodes[index] as Node
    const { column } = node
    if (column < 0) {
      scan(node)
      return
    }
    const value = query[column] as number
    const isLeft = value < node.high
    descend(isLeft ? node.left : node.right, bound)
    const before = paid[column] as number
    const cost = Math.max(before, costOfOther(node, value, isLeft, column < levels))
    const other = bound - before + cost
    if (other >= limit) return
    paid[column] = cost
    descend(isLeft ? node.right : node.left, other)
    paid[column] = before
  }

  return {
    find({ coordinates: asked }, { from, to, second }, into) {
      wantsSecond = second
      for (let row = from; row < to; row++) {
        query.set(asked.subarray(row * width, (row + 1) * width))
        best = next = limit = Number.POSITIVE_INFINITY
        if (nodes.length > 0) descend(0, 0)
        into.first[row] = best / Math.max(1, width)
        into.second[row] = (second ? next : Number.POSITIVE_INFINITY) / Math.max(1, width)
      }
    },
  }
}

/** What the node's column adds at least between the value and rows of the part that it is not in. */
function costOfOther(node: Node, value: number, isLeft: boolean, isLevel: boolean): number {
  if (isLevel || Number.isNaN(value)) return 1
  return Math.min(1, isLeft ? node.high - value : value - node.low)
}
