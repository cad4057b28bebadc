// Which interval a 32-bit word lies in, without a branch that a processor would have to guess.

import { below } from './uniform.ts'

const BUCKETS = 4096
const SHIFT = 20
const WORD = 4_294_967_296

/** Fills in how many of the thresholds each word reaches. */
export type WordSearch = (into: Uint8Array, words: Uint32Array, n: number) => void

/** `thresholds` ascend, are whole, at most 255 of them; words are below 2^32. */
export function createWordSearch(thresholds: Float64Array): WordSearch {
  const reached = reachedByBucket(thresholds)
  return reached === null ? counting(thresholds) : byBucket(thresholds, reached)
}

/** How many thresholds the first word of each bucket reaches; null where two lie inside one. */
function reachedByBucket(thresholds: Float64Array): Uint8Array | null {
  const reached = new Uint8Array(BUCKETS)
  let count = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = bucket * (WORD / BUCKETS)
    while (count < thresholds.length && (thresholds[count] as number) <= from) count++
    reached[bucket] = count
    const second = thresholds[count + 1]
    if (second !== undefined && second < from + WORD / BUCKETS) return null
  }
  return reached
}

function byBucket(thresholds: Float64Array, reached: Uint8Array): WordSearch {
  const next = Float64Array.from({ length: thresholds.length + 1 }, (_, i) => thresholds[i] ?? WORD)
  return (into, words, n) => {
    for (let i = 0; i < n; i++) {
      const word = words[i] as number
      const count = reached[word >>> SHIFT] as number
      into[i] = count + 1 - below(word, next[count] as number)
    }
  }
}

function counting(thresholds: Float64Array): WordSearch {
  return (into, words, n) => {
    into.fill(0, 0, n)
    for (const threshold of thresholds)
      for (let i = 0; i < n; i++)
        into[i] = (into[i] as number) + 1 - below(words[i] as number, threshold)
  }
}
