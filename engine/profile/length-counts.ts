// How long the texts of a column are: whole numbers, counted one by one, so that their moments depend on no order.

import { createMoments, type Moments } from './moments.ts'

export type LengthCountsState = { lengths: Float64Array; rows: Float64Array }

export type LengthCounts = {
  /** `times` more texts of so many characters. */
  add(length: number, times?: number): void
  summary(): Moments
  state(): LengthCountsState
}

/** Longer ones are few, or their column is short. */
const SHORT = 1024

export function createLengthCounts(from?: LengthCountsState): LengthCounts {
  const short = new Float64Array(SHORT)
  const long = new Map<number, number>()
  const add = (length: number, times = 1): void => {
    if (length < SHORT) short[length] = (short[length] as number) + times
    else long.set(length, (long.get(length) ?? 0) + times)
  }
  const state = (): LengthCountsState => {
    const all = [...short.entries(), ...[...long].sort(([a], [b]) => a - b)]
    const counted = all.filter(([, rows]) => rows > 0)
    return {
      lengths: Float64Array.from(counted, ([length]) => length),
      rows: Float64Array.from(counted, ([, rows]) => rows),
    }
  }
  if (from !== undefined)
    for (const [at, length] of from.lengths.entries()) add(length, from.rows[at])
  return {
    add,
    state,
    summary() {
      const { lengths, rows } = state()
      const moments = createMoments()
      for (const [at, length] of lengths.entries()) moments.add(length, rows[at])
      return moments.summary()
    },
  }
}
