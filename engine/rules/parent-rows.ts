// The parent row of each child row: drawn uniformly, or found by arithmetic where children are grouped.

import { createPermutation } from '#engine/random/feistel.ts'
import type { Generator, Stream } from '#engine/random/generator.ts'
import { fillNarrow, fillWide, NARROW_COUNT } from '#engine/random/uniform.ts'
import { createRows, type Rows, setRange } from '#engine/rows.ts'
import { type CountChildren, PARENTS_PER_BLOCK } from './children.ts'
import { fillPermuted } from './index-draw.ts'

/**
 * Fills `parents` with the parent rows of a batch of child rows; where children are grouped also `ranks`, with the
 * number of each row among the children of its parent, from 0.
 */
export type ParentRows = (parents: Float64Array, rows: Rows, ranks?: Float64Array) => void

/** Any parent, each as likely as the other. */
export function drawnParents(random: Generator, stream: Stream, parentRows: number): ParentRows {
  return (parents, rows) => {
    const words = random.words(rows, stream, 0)
    if (parentRows <= NARROW_COUNT) fillNarrow(parents, words[0], rows.n, parentRows)
    else fillWide(parents, words[0], words[1], rows.n, parentRows)
  }
}

/** Each parent at most once. */
export function distinctParents(stream: Stream, parentRows: number): ParentRows {
  const permute = createPermutation(parentRows, stream)
  return (parents, rows) => fillPermuted(parents, rows, permute)
}

/** Children of a parent together, the same number for each. */
export function fixedParents(childrenEach: number): ParentRows {
  return (parents, { n, index }, ranks) => {
    for (let i = 0; i < n; i++) parents[i] = Math.floor((index[i] as number) / childrenEach)
    if (ranks) for (let i = 0; i < n; i++) ranks[i] = (index[i] as number) % childrenEach
  }
}

/** Greatest k below `length` with sums[k] <= row; `sums` never falls. */
export function lastAtMost(sums: ArrayLike<number>, row: number, length: number): number {
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((sums[middle] as number) <= row) low = middle
    else high = middle - 1
  }
  return low
}

/** First child row of each parent of one block, the block chosen by a child row. */
function createBlock(count: CountChildren, prefix: readonly number[], parentRows: number) {
  const parents = createRows(PARENTS_PER_BLOCK)
  const counts = new Float64Array(PARENTS_PER_BLOCK)
  const starts = new Float64Array(PARENTS_PER_BLOCK + 1)
  const block = { first: 0, from: 0, to: 0, starts, size: 0 }
  return (row: number) => {
    if (row >= block.from && row < block.to) return block
    const number = lastAtMost(prefix, row, prefix.length - 1)
    block.first = number * PARENTS_PER_BLOCK
    block.size = Math.min(PARENTS_PER_BLOCK, parentRows - block.first)
    setRange(parents, block.first, block.first + block.size)
    count(counts, parents)
    starts[0] = prefix[number] as number
    for (let k = 0; k < block.size; k++) {
      starts[k + 1] = (starts[k] as number) + (counts[k] as number)
    }
    block.from = starts[0] as number
    block.to = starts[block.size] as number
    return block
  }
}

/**
 * Children of a parent together, as many as `count` says. `prefix[b]` is the number of children of all
 * parents before block b; the last entry is the number of all.
 */
export function countedParents(
  count: CountChildren,
  prefix: readonly number[],
  parentRows: number,
): ParentRows {
  const blockOf = createBlock(count, prefix, parentRows)
  return (parents, { n, index }, ranks) => {
    for (let i = 0; i < n; i++) {
      const row = index[i] as number
      const { first, starts, size } = blockOf(row)
      const place = lastAtMost(starts, row, size)
      parents[i] = first + place
      if (ranks) ranks[i] = row - (starts[place] as number)
    }
  }
}
