// Finds the distinct values of a block where they are few: what a dictionary is made of.

/** Values looked at before all are: more than a quarter of them distinct, and a dictionary is not tried. */
const SAMPLE_VALUES = 1024
const SAMPLE_SHARE = 0.25
/** Values of one dictionary. */
const DISTINCT_MAX = 16_384
const SLOTS = 4 * DISTINCT_MAX

export type Distinct = {
  /** Where each distinct value stands first. */
  firsts: Int32Array
  /** Index into `firsts` of each value. */
  indices: Int32Array
}

/** A table of values by hash; `same` compares the values at two places. */
type Lookup = { hash(i: number): number; same(a: number, b: number): boolean }

function collect(lookup: Lookup, count: number, most: number): Distinct | null {
  const slots = new Int32Array(SLOTS).fill(-1)
  const firsts = new Int32Array(most)
  const indices = new Int32Array(count)
  let found = 0
  for (let i = 0; i < count; i++) {
    let slot = lookup.hash(i) & (SLOTS - 1)
    let index = slots[slot] as number
    while (index >= 0 && !lookup.same(firsts[index] as number, i)) {
      slot = (slot + 1) & (SLOTS - 1)
      index = slots[slot] as number
    }
    if (index < 0) {
      if (found === most) return null
      index = found++
      firsts[index] = i
      slots[slot] = index
    }
    indices[i] = index
  }
  return { firsts: firsts.subarray(0, found), indices }
}

function mix(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x9e37_79b1), 0x85eb_ca6b)
  return mixed ^ (mixed >>> 15)
}

function findDistinct(lookup: Lookup, count: number): Distinct | null {
  const sample = Math.min(count, SAMPLE_VALUES)
  const few = Math.max(1, Math.floor(sample * SAMPLE_SHARE))
  if (!collect(lookup, sample, few)) return null
  return collect(lookup, count, Math.min(DISTINCT_MAX, Math.max(1, count >> 1)))
}

/** The distinct of the first `count` numbers; null where they are not few. */
export function distinctNumbers(values: Float64Array, count: number): Distinct | null {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * count)
  const hash = (i: number) => mix(words[2 * i] as number, words[2 * i + 1] as number)
  return findDistinct({ hash, same: (a, b) => values[a] === values[b] }, count)
}

/** The distinct of byte strings: string i is bytes[offsets[i] .. offsets[i + 1]). */
export function distinctBytes(
  bytes: Uint8Array,
  offsets: Int32Array,
  count: number,
): Distinct | null {
  const hash = (i: number): number => {
    const end = offsets[i + 1] as number
    let mixed = 0
    for (let at = offsets[i] as number; at < end; at++) mixed = mix(mixed, bytes[at] as number)
    return mixed
  }
  const same = (a: number, b: number): boolean => {
    const from = offsets[a] as number
    const other = offsets[b] as number
    const length = (offsets[a + 1] as number) - from
    if ((offsets[b + 1] as number) - other !== length) return false
    for (let k = 0; k < length; k++) if (bytes[from + k] !== bytes[other + k]) return false
    return true
  }
  return findDistinct({ hash, same }, count)
}
