// Conditions of a batch: a column, one of its codes, and a real row that has it (training by sampling: Xu et al.
// 2019, section 4.3).

import { createSeededRandom, type SeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import type { EncodedTable } from '../modes/encode.ts'
import type { CtganShape } from './shape.ts'

/** Of each conditioned column, rows by code. */
export type CodeCounts = readonly (readonly number[])[]

export function countCodes(
  { rows, codes }: EncodedTable,
  { layout, conditioned }: Pick<CtganShape, 'layout' | 'conditioned'>,
): number[][] {
  const columns = layout.spans.length
  return conditioned.map((column) => {
    const counts = new Array<number>(layout.spans[column]?.count ?? 0).fill(0)
    for (let row = 0; row < rows; row++) {
      const code = codes[row * columns + column] as number
      counts[code] = (counts[code] as number) + 1
    }
    return counts
  })
}

export type ConditionedBatch = {
  /** Of the table. */
  rows: Int32Array
  /** Positions of the conditions that those rows meet, and the same conditions in another order for generated rows. */
  real: Int32Array
  fake: Int32Array
}

/**
 * Batches by step number. Codes are drawn by the logarithm of their rows, so that rare ones are seen; without
 * conditioned columns rows are drawn alone.
 */
export function createConditions(
  table: EncodedTable,
  shape: CtganShape,
  { seed, batchRows }: { seed: number; batchRows: number },
): (step: number) => ConditionedBatch {
  const columns = shape.layout.spans.length
  const counts = countCodes(table, shape)
  const starts = startsOf(counts)
  const laws = counts.map((list) => cumulated(list.map((count) => Math.log(count + 1))))
  const members = shape.conditioned.map((column, at) =>
    rowsByCode(table, { column, columns }, counts[at] as number[]),
  )
  return (step) => {
    const random = createSeededRandom(seed, `conditions of step ${step}`)
    const rows = new Int32Array(batchRows)
    const real = new Int32Array(batchRows)
    for (let i = 0; i < batchRows; i++) {
      if (counts.length === 0) {
        rows[i] = random.below(table.rows)
        continue
      }
      const at = random.below(counts.length)
      const code = drawFrom(laws[at] as Float64Array, random.unit())
      rows[i] = anyOf(members[at] as ByCode, code, random)
      real[i] = (starts[at] as number) + code
    }
    const fake = shuffled(batchRows, random)
    for (let i = 0; i < batchRows; i++) fake[i] = real[fake[i] as number] as number
    return { rows, real, fake }
  }
}

type ByCode = { order: Int32Array; ends: Int32Array }

function anyOf({ order, ends }: ByCode, code: number, random: SeededRandom): number {
  const from = code === 0 ? 0 : (ends[code - 1] as number)
  return order[from + random.below((ends[code] as number) - from)] as number
}

/** Row numbers in the order of their codes, and where each code ends. */
function rowsByCode(
  { rows, codes }: EncodedTable,
  { column, columns }: { column: number; columns: number },
  counts: readonly number[],
): ByCode {
  const ends = Int32Array.from(cumulated(counts))
  const next = ends.map((end, code) => end - (counts[code] as number))
  const order = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const code = codes[row * columns + column] as number
    order[next[code] as number] = row
    next[code] = (next[code] as number) + 1
  }
  return { order, ends }
}

/** Of each conditioned column, the position of its first code. */
export function startsOf(counts: CodeCounts): number[] {
  let next = 0
  return counts.map((list) => {
    const start = next
    next += list.length
    return start
  })
}

export function cumulated(weights: readonly number[]): Float64Array {
  let sum = 0
  return Float64Array.from(weights, (weight) => {
    sum += weight
    return sum
  })
}

/** The first place whose cumulated weight exceeds the share of the total; never one of weight 0. */
export function drawFrom(law: Float64Array, unit: number): number {
  const wanted = unit * (law.at(-1) as number)
  let [low, high] = [0, law.length - 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((law[middle] as number) > wanted) high = middle
    else low = middle + 1
  }
  return low
}
