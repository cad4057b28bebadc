// The permutation of feistel.ts for a batch of rows at a time. Each pass walks all that are not inside yet by one step and
// keeps the others, by arithmetic: how many steps a number takes cannot be guessed, and a processor that tries loses more.

import type { Rows } from '#engine/rows.ts'
import { halfBits, roundKeys, tweakKeys } from './feistel.ts'
import type { Stream } from './generator.ts'

/** Fills `out` with the images of the row numbers; of a code array only where the size is within 31 bits. */
export type PermutedRows = (out: Float64Array | Int32Array, rows: Rows) => void

/** Halves up to this long have numbers within 31 bits. */
const NARROW_BITS = 15
const INVERSE_TWO_POW_54 = 2 ** -54

type Walk = {
  /** The numbers of the batch, and where those are that are not inside yet. */
  values: Float64Array
  waiting: Int32Array
}

/** Walks the first n waiting numbers by a step; returns how many are still to go. */
type Step = (walk: Walk, n: number) => number

function mix(word: number): number {
  const once = Math.imul(word, 0x9e3779b1)
  const twice = Math.imul(once ^ (once >>> 15), 0x85ebca6b)
  return Math.imul(twice ^ (twice >>> 13), 0xc2b2ae35)
}

function narrowStep(size: number, bits: number, keys: readonly number[]): Step {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0, k4 = 0, k5 = 0] = keys
  const mask = (1 << bits) - 1
  const shift = 32 - bits
  return ({ values, waiting }, n) => {
    let left = 0
    for (let k = 0; k < n; k++) {
      const at = waiting[k] as number
      const x = (values[at] as number) | 0
      const a = x & mask
      const b = (x >>> bits) ^ (mix(a ^ k0) >>> shift)
      const c = a ^ (mix(b ^ k1) >>> shift)
      const d = b ^ (mix(c ^ k2) >>> shift)
      const e = c ^ (mix(d ^ k3) >>> shift)
      const f = d ^ (mix(e ^ k4) >>> shift)
      const g = e ^ (mix(f ^ k5) >>> shift)
      const image = (f << bits) | g
      values[at] = image
      waiting[left] = at
      left += 1 - ((image - size) >>> 31)
    }
    return left
  }
}

function wideStep(size: number, bits: number, keys: readonly number[]): Step {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0, k4 = 0, k5 = 0] = keys
  const half = 2 ** bits
  const inverse = 1 / half
  const shift = 32 - bits
  return ({ values, waiting }, n) => {
    let left = 0
    for (let k = 0; k < n; k++) {
      const at = waiting[k] as number
      const x = values[at] as number
      const high = Math.floor(x * inverse)
      const a = (x - high * half) | 0
      const b = high ^ (mix(a ^ k0) >>> shift)
      const c = a ^ (mix(b ^ k1) >>> shift)
      const d = b ^ (mix(c ^ k2) >>> shift)
      const e = c ^ (mix(d ^ k3) >>> shift)
      const f = d ^ (mix(e ^ k4) >>> shift)
      const g = e ^ (mix(f ^ k5) >>> shift)
      const image = f * half + g
      values[at] = image
      waiting[left] = at
      left += 1 + Math.floor((image - size) * INVERSE_TWO_POW_54)
    }
    return left
  }
}

/** As `createPermutation(size, stream)` of each row; for batches of at most `capacity` rows. */
export function createPermutedRows(size: number, stream: Stream, capacity: number): PermutedRows {
  const bits = halfBits(size)
  const keys = [...roundKeys(stream)]
  const step = (bits <= NARROW_BITS ? narrowStep : wideStep)(size, bits, keys)
  const walk = { values: new Float64Array(capacity), waiting: new Int32Array(capacity) }
  return (out, { n, index }) => {
    const { values, waiting } = walk
    for (let i = 0; i < n; i++) {
      values[i] = index[i] as number
      waiting[i] = i
    }
    for (let left = n; left > 0; ) left = step(walk, left)
    for (let i = 0; i < n; i++) out[i] = values[i] as number
  }
}

type KeyedWalk = Walk & {
  /** The first key of each entry of the batch, and all keys one behind the other. */
  places: Int32Array
  keys: Int32Array
}

function keyedStep(size: number, bits: number): (walk: KeyedWalk, n: number) => number {
  const half = 2 ** bits
  const inverse = 1 / half
  const shift = 32 - bits
  return ({ values, waiting, places, keys }, n) => {
    let left = 0
    for (let k = 0; k < n; k++) {
      const at = waiting[k] as number
      const key = places[at] as number
      const x = values[at] as number
      const high = Math.floor(x * inverse)
      const a = (x - high * half) | 0
      const b = high ^ (mix(a ^ (keys[key] as number)) >>> shift)
      const c = a ^ (mix(b ^ (keys[key + 1] as number)) >>> shift)
      const d = b ^ (mix(c ^ (keys[key + 2] as number)) >>> shift)
      const e = c ^ (mix(d ^ (keys[key + 3] as number)) >>> shift)
      const f = d ^ (mix(e ^ (keys[key + 4] as number)) >>> shift)
      const g = e ^ (mix(f ^ (keys[key + 5] as number)) >>> shift)
      const image = f * half + g
      values[at] = image
      waiting[left] = at
      left += 1 + Math.floor((image - size) * INVERSE_TWO_POW_54)
    }
    return left
  }
}

/**
 * As `createKeyedPermutation(size, stream)` of the first n tweaks and of `values`, in place; of at most `capacity`. Tweaks
 * that are equal stand together.
 */
export function createKeyedPermutedRows(size: number, stream: Stream, capacity: number) {
  const base = roundKeys(stream)
  const rounds = base.length
  const [waiting, places] = [new Int32Array(capacity), new Int32Array(capacity)]
  const keys = new Int32Array(rounds * capacity)
  const step = keyedStep(size, halfBits(size))
  return (values: Float64Array, tweaks: Float64Array, n: number): void => {
    let place = -rounds
    for (let i = 0; i < n; i++) {
      if (i === 0 || tweaks[i] !== tweaks[i - 1]) {
        place += rounds
        tweakKeys(keys, place, base, tweaks[i] as number)
      }
      places[i] = place
      waiting[i] = i
    }
    const walk = { values, waiting, places, keys }
    for (let left = n; left > 0; ) left = step(walk, left)
  }
}
