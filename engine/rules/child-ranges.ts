// The rows of a table that are children of a given parent row, where they stand together: from which, and how many.

import { createRows, setRange } from '#engine/rows.ts'
import { type CountChildren, PARENTS_PER_BLOCK } from './children.ts'

/** The first child of a parent and the number of its children. */
export type ChildRange = (parent: number) => { first: number; count: number }

/** Blocks of parents kept, of 32 KiB each: parents in any order cost no more while there are at most so many blocks. */
const BLOCKS_KEPT = 64

/** The same number for each parent. */
export function fixedRange(childrenEach: number): ChildRange {
  return (parent) => ({ first: parent * childrenEach, count: childrenEach })
}

/**
 * By the number of a block of parents: the first child row of each of them, and of the parent behind. `prefix[b]` is the
 * number of children of all parents before block b.
 */
export function createStarts(
  count: CountChildren,
  prefix: readonly number[],
): (block: number) => Float64Array {
  const parents = createRows(PARENTS_PER_BLOCK)
  const counts = new Float64Array(PARENTS_PER_BLOCK)
  const kept = new Map<number, Float64Array>()
  return (block) => {
    const known = kept.get(block)
    if (known) return known
    setRange(parents, block * PARENTS_PER_BLOCK, (block + 1) * PARENTS_PER_BLOCK)
    count(counts, parents)
    const starts = new Float64Array(PARENTS_PER_BLOCK + 1)
    starts[0] = prefix[block] ?? 0
    for (let k = 0; k < PARENTS_PER_BLOCK; k++)
      starts[k + 1] = (starts[k] as number) + (counts[k] as number)
    if (kept.size >= BLOCKS_KEPT) kept.delete(kept.keys().next().value ?? 0)
    kept.set(block, starts)
    return starts
  }
}

/** As many as `count` says; `prefix` as above. */
export function countedRange(count: CountChildren, prefix: readonly number[]): ChildRange {
  const startsOf = createStarts(count, prefix)
  return (parent) => {
    const block = Math.floor(parent / PARENTS_PER_BLOCK)
    const starts = startsOf(block)
    const place = parent - block * PARENTS_PER_BLOCK
    const first = starts[place] as number
    return { first, count: (starts[place + 1] as number) - first }
  }
}
