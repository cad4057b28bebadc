// How often two codes meet in a table, and what follows from it: the similarity of two tables and Cramer's V.

import type { Coded } from './bins.ts'

/** Cells that some row of either side has, row by row of the table that the first codes span. */
export type JointCounts = {
  firsts: Int32Array
  seconds: Int32Array
  real: Float64Array
  synthetic: Float64Array
}

/** Beyond this many possible cells those that occur are found by sorting, not by an array of all. */
const DENSE_CELLS_MAX = 1 << 20

type Codes = readonly [Coded, Coded]

/** Counts of pairs of codes in both tables; either may be empty. The scratch buffers of a counter are kept. */
export function createJointCounter(): (real: Codes, synthetic: Codes) => JointCounts {
  let scratch = new Int32Array(0)
  return (real, synthetic) => {
    const width = Math.max(real[1].size, synthetic[1].size)
    const cells = Math.max(real[0].size, synthetic[0].size) * width
    if (cells > DENSE_CELLS_MAX) return sparseCounts(real, synthetic, width)
    if (scratch.length < 2 * cells) scratch = new Int32Array(2 * cells)
    else scratch.fill(0, 0, 2 * cells)
    addCounts(scratch, 0, real, width)
    addCounts(scratch, cells, synthetic, width)
    return gatherCells(scratch, cells, width)
  }
}

function addCounts(counts: Int32Array, from: number, [a, b]: Codes, width: number): void {
  const [firsts, seconds] = [a.codes, b.codes]
  for (let row = 0; row < firsts.length; row++) {
    const cell = from + (firsts[row] as number) * width + (seconds[row] as number)
    counts[cell] = (counts[cell] as number) + 1
  }
}

function gatherCells(counts: Int32Array, cells: number, width: number): JointCounts {
  let found = 0
  for (let cell = 0; cell < cells; cell++)
    if ((counts[cell] as number) + (counts[cells + cell] as number) > 0) found++
  const out = emptyCounts(found)
  let at = 0
  for (let cell = 0; cell < cells; cell++) {
    const [real, synthetic] = [counts[cell] as number, counts[cells + cell] as number]
    if (real + synthetic === 0) continue
    out.firsts[at] = Math.floor(cell / width)
    out.seconds[at] = cell % width
    out.real[at] = real
    out.synthetic[at++] = synthetic
  }
  return out
}

function emptyCounts(cells: number): JointCounts {
  return {
    firsts: new Int32Array(cells),
    seconds: new Int32Array(cells),
    real: new Float64Array(cells),
    synthetic: new Float64Array(cells),
  }
}

function sparseCounts(real: Codes, synthetic: Codes, width: number): JointCounts {
  const keys = [real, synthetic].map(([a, b]) =>
    Float64Array.from(a.codes, (code, row) => code * width + (b.codes[row] as number)).sort(),
  ) as [Float64Array, Float64Array]
  const cells = new Float64Array(keys[0].length + keys[1].length)
  cells.set(keys[0])
  cells.set(keys[1], keys[0].length)
  const distinct = cells.sort().filter((cell, at) => at === 0 || cell !== cells[at - 1])
  const out = emptyCounts(distinct.length)
  const next = [0, 0]
  for (let at = 0; at < distinct.length; at++) {
    const cell = distinct[at] as number
    out.firsts[at] = Math.floor(cell / width)
    out.seconds[at] = cell % width
    for (const [side, counts] of [out.real, out.synthetic].entries()) {
      const sorted = keys[side] as Float64Array
      const from = next[side] as number
      let to = from
      while (sorted[to] === cell) to++
      counts[at] = to - from
      next[side] = to
    }
  }
  return out
}

/** 1 less half the absolute difference of the shares of all cells; null where a side has no rows. */
export function contingencySimilarity({ real, synthetic }: JointCounts): number | null {
  const [reals, synthetics] = [total(real), total(synthetic)]
  if (reals === 0 || synthetics === 0) return null
  let distance = 0
  for (let cell = 0; cell < real.length; cell++)
    distance += Math.abs((real[cell] as number) / reals - (synthetic[cell] as number) / synthetics)
  return Math.max(0, 1 - distance / 2)
}

/** Cramer's V (1946), without correction for bias; null where either side of the table has fewer than two values. */
export function cramersV(joint: JointCounts, counts: Float64Array): number | null {
  const firsts = marginals(joint.firsts, counts)
  const seconds = marginals(joint.seconds, counts)
  const smaller = Math.min(occurring(firsts), occurring(seconds))
  if (smaller < 2) return null
  const rows = total(counts)
  let share = 0
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] as number
    const first = firsts[joint.firsts[cell] as number] as number
    const second = seconds[joint.seconds[cell] as number] as number
    if (count > 0) share += (count * count) / first / second
  }
  // Cells that no row has are in the sum by their expected count alone; all expected counts sum to the rows.
  return rows === 0 ? null : Math.sqrt(Math.max(0, share - 1) / (smaller - 1))
}

function marginals(codes: Int32Array, counts: Float64Array): Float64Array {
  const sums = new Float64Array(codes.reduce((most, code) => Math.max(most, code), -1) + 1)
  for (let cell = 0; cell < codes.length; cell++) {
    const code = codes[cell] as number
    sums[code] = (sums[code] as number) + (counts[cell] as number)
  }
  return sums
}

function occurring(sums: Float64Array): number {
  return sums.reduce((found, sum) => found + (sum > 0 ? 1 : 0), 0)
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
