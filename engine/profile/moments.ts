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
  summary(): Moments
}

type Sums = {
  count: number
  mean: number
  squares: number
  zeros: number
  negatives: number
  min: number
  max: number
}

const noSums = (): Sums => ({
  ...{ count: 0, mean: 0, squares: 0, zeros: 0, negatives: 0 },
  ...{ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
})

export function createMoments(): MomentSums {
  const sums = noSums()
  return {
    add: (value, times = 1) => addTo(sums, value, times),
    summary: () => summaryOf(sums),
  }
}

function addTo(sums: Sums, value: number, times: number): void {
  sums.count += times
  const step = value - sums.mean
  sums.mean += (step * times) / sums.count
  sums.squares += times * step * (value - sums.mean)
  if (value < sums.min) sums.min = value
  if (value > sums.max) sums.max = value
  if (value === 0) sums.zeros += times
  else if (value < 0) sums.negatives += times
}

function summaryOf({ count, mean, squares, zeros, negatives, min, max }: Sums): Moments {
  if (count === 0) return { rows: 0, min: 0, max: 0, mean: 0, deviation: 0, zeros, negatives }
  return { rows: count, min, max, mean, deviation: Math.sqrt(squares / count), zeros, negatives }
}

export type StreamMomentsState = { sums: Sums; waiting: Float64Array }

export type StreamMoments = {
  /** The next `length` numbers of a stream, NaN for none. */
  add(values: Float64Array, length: number): void
  summary(): Moments
  state(): StreamMomentsState
}

const BLOCK = 1024

/** Of blocks of a stream, in two passes over each, so that the sums do not depend on the cuts in which it comes. */
export function createStreamMoments(from?: StreamMomentsState): StreamMoments {
  const sums = { ...(from?.sums ?? noSums()) }
  const block = new Float64Array(BLOCK)
  let waiting = from?.waiting.length ?? 0
  block.set(from?.waiting ?? [])
  return {
    add(values, length) {
      for (let at = 0; at < length; ) {
        const some = Math.min(BLOCK - waiting, length - at)
        if (some === BLOCK) addBlock(sums, values.subarray(at, at + BLOCK))
        else {
          block.set(values.subarray(at, at + some), waiting)
          waiting += some
          if (waiting === BLOCK) {
            addBlock(sums, block)
            waiting = 0
          }
        }
        at += some
      }
    },
    summary() {
      const all = { ...sums }
      addBlock(all, block.subarray(0, waiting))
      return summaryOf(all)
    },
    state: () => ({ sums: { ...sums }, waiting: block.slice(0, waiting) }),
  }
}

function addBlock(sums: Sums, values: Float64Array): void {
  let [some, sum, zeros, negatives] = [0, 0, 0, 0]
  let { min, max } = sums
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    if (Number.isNaN(value)) continue
    some++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
    if (value === 0) zeros++
    else if (value < 0) negatives++
  }
  if (some === 0) return
  if (!Number.isFinite(sum)) {
    for (const value of values) if (!Number.isNaN(value)) addTo(sums, value, 1)
    return
  }
  const center = sum / some
  let around = 0
  for (let at = 0; at < values.length; at++) {
    const off = (values[at] as number) - center
    if (!Number.isNaN(off)) around += off * off
  }
  const { count } = sums
  const step = center - sums.mean
  sums.squares += around + (step * step * count * some) / (count + some)
  sums.mean += (step * some) / (count + some)
  sums.count += some
  ;[sums.min, sums.max] = [min, max]
  sums.zeros += zeros
  sums.negatives += negatives
}

export type Direction = 'ascending' | 'descending' | null

export type DirectionState<T> = { last: T; rises: boolean; falls: boolean }

/** Whether numbers come in one direction; equal ones have none. */
export function createNumberDirection(from?: DirectionState<number>): {
  add(value: number): void
  direction(): Direction
  state(): DirectionState<number>
} {
  let { last, rises, falls } = from ?? { last: Number.NaN, rises: false, falls: false }
  return {
    add(value) {
      if (value > last) rises = true
      else if (value < last) falls = true
      last = value
    },
    direction: () => directionOf(rises, falls),
    state: () => ({ last, rises, falls }),
  }
}

export function directionOf(rises: boolean, falls: boolean): Direction {
  return rises === falls ? null : rises ? 'ascending' : 'descending'
}
