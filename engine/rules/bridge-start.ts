// The beginning of an entity, as bridge.ts has it: ranks from 0 to some rank, level by level in one loop. What they need
// beyond the last one is known beforehand, so that the draws of many entities are made at once.

import type { Chain } from './bridge.ts'

const isPowerOfTwo = (rank: number): boolean => (rank & (rank - 1)) === 0

/** The level above which a rank has all its ones. */
const topOf = (rank: number): number => 32 - Math.clz32(rank)

/** The level of a rank's last one. */
const lowOf = (rank: number): number => 31 - Math.clz32(rank & -rank)

/**
 * Adds to `counters`, at `at`, those of the ranks beyond `last` that the ranks up to it follow from, in the order in which
 * `fillStart` takes them: less than one for each doubling of `last`. Returns where the next would be added.
 */
export function addBeyond(counters: Float64Array, at: number, base: number, last: number): number {
  if (isPowerOfTwo(last)) return at
  let next = at
  const top = topOf(last)
  const low = lowOf(last)
  counters[next++] = base + 2 ** top
  for (let level = top - 2; level > low; level--) {
    if (((last >> level) & 1) === 0) counters[next++] = base + (((last >> level) + 1) << level)
  }
  return next
}

type Draws = { values: Float64Array; units: Float64Array; beyond: Float64Array }

/**
 * Makes the values of ranks 0 to `last` at `from` on, by their draws in `units`; `beyond` are those of the ranks that
 * `addBeyond` names, from `at` on. Returns where the next would be.
 */
export function fillStart(
  { first, after, between }: Chain,
  { values, units, beyond }: Draws,
  from: number,
  last: number,
  at: number,
): number {
  values[from] = first(units[from] as number)
  if (last === 0) return at
  let next = at
  const top = topOf(last)
  const low = lowOf(last)
  for (let level = 0; level < top; level++) {
    const span = 1 << level
    const left = values[from + (span >> 1)] as number
    values[from + span] = after(left, Math.max(level - 1, 0), units[from + span] as number)
  }
  // The value of the first rank beyond the last one that the level above has.
  let right = 0
  const needsMore = !isPowerOfTwo(last)
  if (needsMore) {
    right = after(values[from + (1 << (top - 1))] as number, top - 1, beyond[next++] as number)
  }
  for (let level = top - 2; level >= 0; level--) {
    const span = 1 << level
    for (let rank = 3 * span; rank <= last; rank += 2 * span) {
      const i = from + rank
      const end = rank + span <= last ? (values[i + span] as number) : right
      values[i] = between(values[i - span] as number, end, level, units[i] as number)
    }
    if (level > low && ((last >> level) & 1) === 0) {
      const left = values[from + ((last >> level) << level)] as number
      right = between(left, right, level, beyond[next++] as number)
    }
  }
  return next
}
