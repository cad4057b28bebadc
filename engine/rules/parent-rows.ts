// The parent row of each child row: drawn uniformly, or found by arithmetic where children are grouped.

import type { Generator, Stream } from '#engine/random/generator.ts'
import { fillNarrow, fillWide, NARROW_COUNT, unitOf } from '#engine/random/uniform.ts'
import { createRows, type Rows, rowCapacity } from '#engine/rows.ts'
import type { ChildRange } from './child-ranges.ts'
import { createStarts } from './child-ranges.ts'
import { type CountChildren, PARENTS_PER_BLOCK } from './children.ts'

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

/** The parents' parents: `second` of the rows that `first` gives. */
export function composed(first: ParentRows, second: ParentRows, batchRows: number): ParentRows {
  const between = createRows(batchRows)
  return (parents, rows) => {
    first(between.index, rows)
    between.n = rows.n
    between.stamp++
    second(parents, between)
  }
}

/** Any of the children of the row that `common` gives, each as likely as the other; there is at least one. */
export function drawnWithin(
  random: Generator,
  stream: Stream,
  common: ParentRows,
  rangeOf: ChildRange,
  batchRows: number,
): ParentRows {
  // Kept apart from the words: a range may draw too, and words are there until the next draw.
  const units = new Float64Array(rowCapacity(batchRows))
  return (parents, rows) => {
    common(parents, rows)
    const [w0, w1] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) units[i] = unitOf(w0[i] as number, w1[i] as number)
    for (let i = 0; i < rows.n; i++) {
      const { first, count } = rangeOf(parents[i] as number)
      parents[i] = first + Math.floor((units[i] as number) * count)
    }
  }
}

/** Children of a parent together, the same number for each. */
export function fixedParents(childrenEach: number): ParentRows {
  return (parents, { n, index }, ranks) => {
    for (let i = 0; i < n; i++) parents[i] = Math.floor((index[i] as number) / childrenEach)
    if (!ranks) return
    for (let i = 0; i < n; i++) {
      ranks[i] = (index[i] as number) - (parents[i] as number) * childrenEach
    }
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

/** Steps from one parent to another that are tried before it is searched for. */
const NEAR = 8

/** `lastAtMost`, a few steps at most behind `near` as a rule: rows mostly come in order. */
function lastAtMostNear(sums: Float64Array, row: number, length: number, near: number): number {
  if (near < length && (sums[near] as number) <= row) {
    const most = Math.min(near + NEAR, length - 1)
    let k = near
    while (k < most && (sums[k + 1] as number) <= row) k++
    if (k < most || k === length - 1) return k
  }
  return lastAtMost(sums, row, length)
}

/** The block of parents that a child row belongs to, with the first child row of each of them. */
function createBlock(count: CountChildren, prefix: readonly number[], parentRows: number) {
  const startsOf = createStarts(count, prefix)
  const starts: Float64Array = new Float64Array(1)
  const block = { first: 0, from: 0, to: 0, starts, size: 0 }
  return (row: number) => {
    if (row >= block.from && row < block.to) return block
    const number = lastAtMost(prefix, row, prefix.length - 1)
    block.first = number * PARENTS_PER_BLOCK
    block.size = Math.min(PARENTS_PER_BLOCK, parentRows - block.first)
    block.starts = startsOf(number)
    block.from = block.starts[0] as number
    block.to = block.starts[block.size] as number
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
    let place = 0
    for (let i = 0; i < n; i++) {
      const row = index[i] as number
      const { first, starts, size } = blockOf(row)
      place = lastAtMostNear(starts, row, size, place)
      parents[i] = first + place
      if (ranks) ranks[i] = row - (starts[place] as number)
    }
  }
}
