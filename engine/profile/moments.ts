// Sums over numbers that come one by one: extremes, mean and deviation (Welford 1962, weighted as by West 1979).

export type Moments = {
  rows: number
  min: number
  max: number
  mean: number
  /** Of the numbers themselves, not of a sample. */
  deviation: number
  zeros: number
  negatives: number
}

export function createMoments(): { add(value: number, times?: number): void; summary(): Moments } {
  let [count, mean, squares, zeros, negatives] = [0, 0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return {
    add(value, times = 1) {
      count += times
      const step = value - mean
      mean += (step * times) / count
      squares += times * step * (value - mean)
      if (value < min) min = value
      if (value > max) max = value
      if (value === 0) zeros += times
      else if (value < 0) negatives += times
    },
    summary() {
      if (count === 0) return { rows: 0, min: 0, max: 0, mean: 0, deviation: 0, zeros, negatives }
      return {
        rows: count,
        min,
        max,
        mean,
        deviation: Math.sqrt(squares / count),
        zeros,
        negatives,
      }
    },
  }
}

export type Direction = 'ascending' | 'descending' | null

/** Whether values come in one direction; equal ones have none. */
export function createDirection<Value extends string | number>(): {
  add(value: Value): void
  direction(): Direction
} {
  let last: Value | undefined
  let [rises, falls] = [false, false]
  return {
    add(value) {
      if (last !== undefined) {
        if (value > last) rises = true
        else if (value < last) falls = true
      }
      last = value
    },
    direction: () => (rises === falls ? null : rises ? 'ascending' : 'descending'),
  }
}
