// Distinct values in bounded memory, with how often each occurs: all of them while they are few, then those whose
// hashes are small (adaptive sampling: Wegman's, analysed by Flajolet, "On adaptive sampling", 1990).

import type { Estimate } from './profile.ts'

/** Hashes kept at most, unless fewer are asked for. */
export const KEPT_MAX = 1 << 16

const RANGE = 2 ** 53
const FIRST_SLOTS = 1 << 8

/** What was kept, to be compared with that of another column. */
export type DistinctSketch = {
  /** Ascending; every distinct hash below `limit`. */
  hashes: Float64Array
  /** Rows of each. */
  counts: Float64Array
  /** 2^53 where all are kept. */
  limit: number
}

export type DistinctSample = {
  /** `rows` more rows with the value of this hash; whether it is kept and was not before. */
  add(hash: number, rows?: number): boolean
  /** Of a value by its hash, those so far; 0 for one that is not kept. */
  rowsOf(hash: number): number
  distinct(): Estimate
  /** Rows beyond the first of each value. */
  repeated(): Estimate
  /** Whether no value that was kept has two rows. */
  unique(): boolean
  sketch(): DistinctSketch
}

/** Goes on from the sketch of another that kept as many. */
export function createDistinctSample({
  from,
  keptMax = KEPT_MAX,
}: {
  from?: DistinctSketch | undefined
  keptMax?: number
} = {}): DistinctSample {
  let [keys, counts] = [new Float64Array(FIRST_SLOTS).fill(-1), new Float64Array(FIRST_SLOTS)]
  let [kept, limit] = [0, from?.limit ?? RANGE]

  const slotOf = (table: Float64Array, hash: number): number => {
    const mask = table.length - 1
    let slot = (hash >>> 0) & mask
    while (table[slot] !== hash && table[slot] !== -1) slot = (slot + 1) & mask
    return slot
  }
  const rebuilt = (slots: number): void => {
    const [oldKeys, oldCounts] = [keys, counts]
    keys = new Float64Array(slots).fill(-1)
    counts = new Float64Array(slots)
    kept = 0
    for (const [at, hash] of oldKeys.entries()) {
      if (hash === -1 || hash >= limit) continue
      const slot = slotOf(keys, hash)
      keys[slot] = hash
      counts[slot] = oldCounts[at] as number
      kept++
    }
  }
  const makeRoom = (): void => {
    if (kept < keptMax) {
      if (2 * kept >= keys.length) rebuilt(2 * keys.length)
      return
    }
    limit /= 2
    rebuilt(keys.length)
  }
  const scale = (): number => RANGE / limit
  const estimate = (count: number, over: number): Estimate => {
    if (limit === RANGE) return { count, exact: true, error: 0 }
    const error = over === 0 ? 1 : 1.2 / Math.sqrt(over)
    return { count: Math.round(count * scale()), exact: false, error }
  }
  const add = (hash: number, rows = 1): boolean => {
    if (hash >= limit) return false
    const slot = slotOf(keys, hash)
    if (keys[slot] === hash) {
      counts[slot] = (counts[slot] as number) + rows
      return false
    }
    keys[slot] = hash
    kept++
    counts[slot] = rows
    makeRoom()
    return true
  }
  if (from !== undefined) for (const [at, hash] of from.hashes.entries()) add(hash, from.counts[at])
  return {
    add,
    rowsOf(hash) {
      const slot = slotOf(keys, hash)
      return keys[slot] === hash ? (counts[slot] as number) : 0
    },
    distinct: () => estimate(kept, kept),
    repeated() {
      let [rows, values] = [0, 0]
      for (const count of counts) {
        if (count < 2) continue
        rows += count - 1
        values++
      }
      return estimate(rows, values)
    },
    unique: () => counts.every((count) => count < 2),
    sketch() {
      const hashes = keys.filter((hash) => hash !== -1).sort()
      return { hashes, counts: hashes.map((hash) => counts[slotOf(keys, hash)] as number), limit }
    },
  }
}
