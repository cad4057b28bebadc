// A small battery of tests for random words. Each statistic is a standard normal number, exactly or nearly so, when the
// words are random: what is beyond `BATTERY_CRITICAL` either way happens by chance once in a million.
//
// bits, lags: frequencies and runs of each bit (NIST SP 800-22, 2.1 and 2.3), between words any distance apart.
// weights: Hamming weights of four words on end (Blackman and Vigna, "A new test for Hamming-weight dependencies", 2018).
// gaps, pairs, collisions: Knuth, "The Art of Computer Programming", volume 2, 3.3.2, tests D, B and I.
// spacings: Marsaglia, "A current view of random number generators", 1985. ranks: Marsaglia and Tsay, "Matrices and the
// structure of random number sequences", 1985.

import { pearson } from './goodness.ts'

export const BATTERY_CRITICAL = 4.892

/** A statistic that is standard normal for random words. */
export type Finding = { name: string; z: number }

const WORD_BITS = 32

/** All findings on `words`, of which there are 2^20 or some; `lags` are the distances at which words are compared. */
export function battery(words: Uint32Array, lags: readonly number[]): Finding[] {
  const half = (shift: number) => words.map((word) => (word << shift) >>> 0)
  const ends = [
    ['high', words],
    ['low', half(24)],
  ] as const
  return [
    ...perBit('bit', words, 0),
    ...lags.flatMap((lag) => perBit(`lag ${lag}, bit`, words, lag)),
    { name: 'weights', z: weights(words) },
    ...ends.map(([end, list]) => ({ name: `gaps of ${end} bits`, z: gaps(list) })),
    ...ends.map(([end, list]) => ({ name: `pairs of ${end} bits`, z: pairs(list) })),
    { name: 'collisions of high bits', z: collisions(words) },
    { name: 'collisions of low bits', z: collisions(half(12)) },
    { name: 'spacings', z: spacings(words) },
    { name: 'ranks', z: ranks(words) },
  ]
}

/** How often each bit is set; with a lag, how often it differs from the one so many words before. */
function perBit(name: string, words: Uint32Array, lag: number): Finding[] {
  const [low, high] = [new Uint32Array(2 ** 16), new Uint32Array(2 ** 16)]
  const n = words.length - lag
  for (let i = 0; i < n; i++) {
    const later = words[i + lag] as number
    const word = lag === 0 ? later : later ^ (words[i] as number)
    low[word & 0xffff] = (low[word & 0xffff] as number) + 1
    high[word >>> 16] = (high[word >>> 16] as number) + 1
  }
  return [low, high].flatMap((halves, which) =>
    Array.from({ length: 16 }, (_, bit) => ({
      name: `${name} ${16 * which + bit}`,
      z: (setIn(halves, bit) - n / 2) / Math.sqrt(n / 4),
    })),
  )
}

const setIn = (counts: Uint32Array, bit: number): number =>
  counts.reduce((sum, count, value) => sum + ((value >>> bit) & 1) * count, 0)

function weightOf(word: number): number {
  let weight = 0
  for (let rest = word; rest !== 0; rest &= rest - 1) weight++
  return weight
}

function binomial(n: number, k: number): number {
  return k === 0 ? 1 : (binomial(n, k - 1) * (n - k + 1)) / k
}

/** Light, middling or heavy. */
const weightClass = (weight: number): number => Number(weight > 14) + Number(weight > 17)

function weights(words: Uint32Array): number {
  const shares = [0, 0, 0]
  for (let k = 0; k <= WORD_BITS; k++) {
    const at = weightClass(k)
    shares[at] = (shares[at] as number) + binomial(WORD_BITS, k) / 2 ** WORD_BITS
  }
  const counts = new Array<number>(81).fill(0)
  for (let i = 0; i + 4 <= words.length; i += 4) {
    let pattern = 0
    for (const word of words.subarray(i, i + 4)) pattern = 3 * pattern + weightClass(weightOf(word))
    counts[pattern] = (counts[pattern] as number) + 1
  }
  const total = Math.floor(words.length / 4)
  const expected = counts.map((_, pattern) =>
    [27, 9, 3, 1].reduce(
      (share, place) => share * (shares[Math.floor(pattern / place) % 3] as number),
      total,
    ),
  )
  return pearson(counts, expected)
}

/** Words between those whose first four bits are 0. */
function gaps(words: Uint32Array): number {
  const longest = 128
  const counts = new Array<number>(longest + 1).fill(0)
  let [found, gap] = [0, 0]
  for (const word of words) {
    if (word >>> 28 !== 0) {
      gap++
      continue
    }
    const at = Math.min(gap, longest)
    counts[at] = (counts[at] as number) + 1
    found++
    gap = 0
  }
  const share = (k: number) => (15 / 16) ** k * (k === longest ? 1 : 1 / 16)
  return pearson(
    counts,
    counts.map((_, k) => found * share(k)),
  )
}

/** The first six bits of two words on end. */
function pairs(words: Uint32Array): number {
  const counts = new Array<number>(4096).fill(0)
  const total = words.length >>> 1
  for (let i = 0; i < total; i++) {
    const pair = (((words[2 * i] as number) >>> 26) << 6) | ((words[2 * i + 1] as number) >>> 26)
    counts[pair] = (counts[pair] as number) + 1
  }
  return pearson(counts, new Array<number>(4096).fill(total / 4096))
}

/** 2^14 balls into 2^20 urns by the first 20 bits, again and again: how many fall into one that is taken. */
function collisions(words: Uint32Array): number {
  const [balls, urns] = [2 ** 14, 2 ** 20]
  const taken = new Uint16Array(urns)
  const throws = Math.floor(words.length / balls)
  let count = 0
  for (let i = 0; i < throws * balls; i++) {
    const round = 1 + Math.floor(i / balls)
    const urn = (words[i] as number) >>> 12
    if (taken[urn] === round) count++
    taken[urn] = round
  }
  const full = -Math.expm1(balls * Math.log1p(-1 / urns))
  const mean = throws * (balls - urns * full)
  return (count - mean) / Math.sqrt(mean)
}

/** 2^12 birthdays in a year of 2^32 days: equal distances between neighbours are Poisson with mean 4. */
function spacings(words: Uint32Array): number {
  const birthdays = 2 ** 12
  const years = Math.floor(words.length / birthdays)
  let equal = 0
  for (let year = 0; year < years; year++) {
    const days = words.slice(year * birthdays, (year + 1) * birthdays).sort()
    const between = days.map((day, i) => day - (days[i - 1] ?? 0)).sort()
    for (let i = 1; i < birthdays; i++) equal += Number(between[i] === between[i - 1])
  }
  return (equal - 4 * years) / Math.sqrt(4 * years)
}

function rankOf(rows: Uint32Array): number {
  let rank = 0
  for (let bit = 0; bit < WORD_BITS; bit++) {
    const at = rows.findIndex((row, i) => i >= rank && ((row >>> bit) & 1) === 1)
    if (at < 0) continue
    const pivot = rows[at] as number
    rows[at] = rows[rank] as number
    for (let i = rank + 1; i < WORD_BITS; i++) {
      if ((((rows[i] as number) >>> bit) & 1) === 1) rows[i] = (rows[i] as number) ^ pivot
    }
    rank++
  }
  return rank
}

/** Ranks of matrices of 32 words over two elements: 32, 31, 30 or less. */
function ranks(words: Uint32Array): number {
  const total = Math.floor(words.length / WORD_BITS)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < total; i++) {
    const lost = WORD_BITS - rankOf(words.slice(i * WORD_BITS, (i + 1) * WORD_BITS))
    const at = Math.min(lost, 3)
    counts[at] = (counts[at] as number) + 1
  }
  const share = (lost: number): number => {
    let product = 2 ** (-lost * lost)
    for (let k = 0; k < WORD_BITS - lost; k++) {
      product *= (1 - 2 ** (k - WORD_BITS)) ** 2 / (1 - 2 ** (k - WORD_BITS + lost))
    }
    return product
  }
  const shares = [share(0), share(1), share(2)]
  const rest = 1 - shares.reduce((sum, one) => sum + one, 0)
  return pearson(
    counts,
    [...shares, rest].map((one) => one * total),
  )
}
