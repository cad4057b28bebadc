// The closest rows of a table by Gower's distance, exactly.

import type { Points } from './gower.ts'
import { BLOCK_POINTS, createKernel } from './kernel.ts'
import { buildTree, type Node } from './tree.ts'

/** Distances as means over columns, from 0 to 1; infinite where the table has too few rows. */
export type Nearest = { first: Float64Array; second: Float64Array }

export type Finder = {
  /**
   * For rows from (included) to (excluded) of the points, the distance of the closest row of the table, and of the
   * second closest where `second` is asked for; else it stays infinite.
   */
  find(points: Points, range: Range, into: Nearest): void
  /** Points of the table that were looked at so far. */
  looks(): number
}

export type Range = { from: number; to: number; second: boolean }

/** By a tree, with early ends: fast where columns hang together. */
export function createTreeFinder(table: Points): Finder {
  const { nodes, points } = buildTree(table)
  const { coordinates, width } = points
  const query = new Float32Array(width)
  /** What each column adds to the distance of the part that is looked at, at least. */
  const paid = new Float64Array(width)
  let [best, next, limit] = [0, 0, 0]
  let wantsSecond = false
  let looks = 0

  const found = (distance: number): void => {
    if (distance < best) {
      next = best
      best = distance
    } else next = distance
    limit = wantsSecond ? next : best
  }

  const scan = ({ from, to }: Node): void => {
    looks += to - from
    for (let at = from * width; at < to * width; at += width) {
      let sum = 0
      for (let place = 0; place < width && sum < limit; place++)
        sum += Math.min(1, Math.abs((query[place] as number) - (coordinates[at + place] as number)))
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
    const gap = isLeft ? node.high - value : value - node.low
    const cost = Math.max(before, Math.min(1, gap))
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
    looks: () => looks,
  }
}

/** Coordinates that are gone through with every point before the next ones: what a processor keeps at hand. */
const CHUNK_FLOATS = 1 << 16
/** Points that fill the last block are farther from all others than anything else, but for each other. */
const FILLER = -1e30

/**
 * By looking at every point, many at once: as fast for any table. Null for tables of fewer than two rows and where
 * there are no vector instructions.
 */
export function createSweepFinder({ coordinates, rows, width }: Points): Finder | null {
  const blockFloats = BLOCK_POINTS * width
  const chunkFloats = Math.max(1, Math.floor(CHUNK_FLOATS / blockFloats)) * blockFloats
  const kernel = rows < 2 || width === 0 ? null : createKernel(width, chunkFloats)
  if (!kernel) return null
  const chunkRows = chunkFloats / width
  /** Rows from there on, as blocks; how many numbers they are. */
  const fill = (from: number): number => {
    const blocks = Math.ceil(Math.min(chunkRows, rows - from) / BLOCK_POINTS)
    for (let point = 0; point < blocks * BLOCK_POINTS; point++) {
      const block = Math.floor(point / BLOCK_POINTS) * blockFloats + (point % BLOCK_POINTS)
      const row = (from + point) * width
      for (let place = 0; place < width; place++)
        kernel.blocks[block + place * BLOCK_POINTS] = coordinates[row + place] ?? FILLER
    }
    return blocks * blockFloats
  }
  let looks = 0
  return {
    find({ coordinates: asked }, { from, to, second }, into) {
      const least = new Float32Array((to - from) * 8).fill(Number.POSITIVE_INFINITY)
      for (let chunk = 0; chunk < rows; chunk += chunkRows) {
        const floats = fill(chunk)
        for (let row = from; row < to; row++) {
          const lanes = least.subarray((row - from) * 8, (row - from + 1) * 8)
          kernel.run(asked.subarray(row * width, (row + 1) * width), floats, lanes)
        }
      }
      looks += (to - from) * rows
      for (let row = from; row < to; row++) {
        const lanes = least.subarray((row - from) * 8, (row - from + 1) * 8).sort()
        into.first[row] = (lanes[0] as number) / width
        into.second[row] = (second ? (lanes[1] as number) : Number.POSITIVE_INFINITY) / width
      }
    },
    looks: () => looks,
  }
}
