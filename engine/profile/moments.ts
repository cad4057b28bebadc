// Sums over numbers that come one by one: extremes, mean and deviation (Welford 1962, weighted as by West
// 1979, put together as by Chan, Golub and LeVeque 1983).

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

export type MomentSums = {
  add(value: number, times?: number): void
  /** The first `length` numbers but for NaN, in two passes. */
  addAll(values: Float64Array, length: number): void
  summary(): Moments
}

export function createMoments(): MomentSums {
  let [count, mean, squares, zeros, negatives] = [0, 0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const add = (value: number, times = 1): void => {
    count += times
    const step = value - mean
    mean += (step * times) / count
    squares += times * step * (value - mean)
    if (value < min) min = value
    if (value > max) max = value
    if (value === 0) zeros += times
    else if (value < 0) negatives += times
  }
  return {
    add,
    addAll(values, length) {
      let [some, sum, none, below] = [0, 0, 0, 0]
      let [least, most] = [min, max]
      for (let at = 0; at < length; at++) {
        const value = values[at] as number
        if (Number.isNaN(value)) continue
        some++
        sum += value
        if (value < least) least = value
        if (value > most) most = value
        if (value === 0) none++
        else if (value < 0) below++
      }
      if (some === 0) return
      if (!Number.isFinite(sum)) {
        for (const value of values.subarray(0, length)) if (!Number.isNaN(value)) add(value)
        return
      }
      const center = sum / some
      let around = 0
      for (let at = 0; at < length; at++) {
        const off = (values[at] as number) - center
        if (!Number.isNaN(off)) around += off * off
      }
      const step = center - mean
      squares += around + (step * step * count * some) / (count + some)
      mean += (step * some) / (count + some)
      count += some
      ;[min, max] = [least, most]
      zeros += none
      negatives += below
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

/** Whether numbers come in one direction; equal ones have none. */
export function createNumberDirection(): {
  add(value: number): void
  direction(): Direction
} {
  let last = Number.NaN
  let [rises, falls] = [false, false]
  return {
    add(value) {
      if (value > last) rises = true
      else if (value < last) falls = true
      last = value
    },
    direction: () => directionOf(rises, falls),
  }
}

export function directionOf(rises: boolean, falls: boolean): Direction {
  return rises === falls ? null : rises ? 'ascending' : 'descending'
}
