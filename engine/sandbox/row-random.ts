// The random numbers that a plug-in in WebAssembly sees: the same as those of one in JavaScript (harness.ts).

const rotated = (x: number, k: number): number => (x << k) | (x >>> (32 - k))

/**
 * Numbers from 0 up to 1, of 53 bits: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021) started from the four words at `at`.
 */
export function rowRandom(words: Uint32Array, at: number): () => number {
  let a = words[at] ?? 0
  let b = words[at + 1] ?? 0
  let c = words[at + 2] ?? 0
  let d = (words[at + 3] ?? 0) | 1
  const next = () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotated(d, 11)
    return result
  }
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992
}
