// A list of strings as UTF-8 at a fixed stride, so that a writer copies an entry as a few 64-bit words.

import { createKept, type Kept, oncePer } from '#engine/kept.ts'

const WORD_BYTES = 8
/** Entries of more words are copied in a loop, as many as each has. */
export const UNROLLED_WORDS = 8
/** Memory that a list with longer entries may take; beyond, it is copied byte by byte. */
const LONG_LIST_BYTES = 1_048_576

export type PackedDictionary = {
  readonly longest: number
  readonly lengths: Int32Array
  /**
   * Words of all entries and how many each has room for; null when the longest entry is too long for that. No
   * word is a NaN, whose bits a copy might change: UTF-8 cannot end a word with 7f or ff after f0 or more.
   */
  readonly words: { readonly stride: number; readonly data: Float64Array } | null
  readonly entries: readonly Uint8Array[]
}

/** Packs texts, already escaped as the format wants them. */
export function packDictionary(texts: readonly string[]): PackedDictionary {
  const { lengths, bytes } = encoded(texts)
  let longest = 0
  for (const length of lengths) longest = Math.max(longest, length)
  const stride = Math.max(1, Math.ceil(longest / WORD_BYTES))
  const isShort = stride <= UNROLLED_WORDS || stride * WORD_BYTES * texts.length <= LONG_LIST_BYTES
  let entries: Uint8Array[] | null = null
  return {
    ...{ longest, lengths },
    words: isShort ? { stride, data: strided(bytes, lengths, stride) } : null,
    get entries() {
      entries ??= cut(bytes, lengths)
      return entries
    },
  }
}

type Show = (text: string) => string

/** Texts around the words of one list that are kept: separators of formats, fixed text of patterns. */
const SURROUNDINGS = 8

/** By how texts are shown, then by list, then by what stands around each. */
const packedBy = oncePer((_show: Show) =>
  oncePer((_list: readonly string[]): Kept<PackedDictionary> => createKept(SURROUNDINGS)),
)

/** Packs the texts of a list as they are shown, with the same around each: once, for as long as the list lives. */
export function packList(
  list: readonly string[],
  show: Show,
  after = '',
  before = '',
): PackedDictionary {
  return packedBy(show)(list)(JSON.stringify([before, after]), () =>
    packDictionary(list.map((text) => before + show(text) + after)),
  )
}

const longestOf = oncePer((list: readonly string[]) => {
  let bytes = 1
  for (const length of encoded(list).lengths) bytes = Math.max(bytes, length)
  return { bytes }
})

/** Whether the entries of a list stay as many words with so many bytes more. */
export function hasRoom(list: readonly string[], more: number): boolean {
  const { bytes } = longestOf(list)
  return Math.ceil((bytes + more) / WORD_BYTES) === Math.ceil(bytes / WORD_BYTES)
}

const sumOf = (lengths: Int32Array): number => {
  let sum = 0
  for (const length of lengths) sum += length
  return sum
}

/** All in one piece: encoding thousands of short texts one by one takes longer than making the first rows. */
function encoded(texts: readonly string[]): { lengths: Int32Array; bytes: Uint8Array } {
  const encoder = new TextEncoder()
  const bytes = encoder.encode(texts.join(''))
  const units = new Int32Array(texts.length)
  for (let index = 0; index < texts.length; index++) units[index] = (texts[index] as string).length
  // As many bytes as units: all of it is ASCII.
  if (sumOf(units) === bytes.length) return { lengths: units, bytes }
  const lengths = Int32Array.from(texts, (text) => Buffer.byteLength(text))
  // Halves of a surrogate pair in neighbouring texts would become one character.
  const isWhole = bytes.length === sumOf(lengths)
  return { lengths, bytes: isWhole ? bytes : Buffer.concat(texts.map((t) => encoder.encode(t))) }
}

/** Entries at multiples of so many words. */
function strided(bytes: Uint8Array, lengths: Int32Array, stride: number): Float64Array {
  const words = new Float64Array(stride * lengths.length)
  const memory = new Uint8Array(words.buffer)
  let from = 0
  for (let index = 0; index < lengths.length; index++) {
    const to = index * stride * WORD_BYTES
    const length = lengths[index] as number
    for (let k = 0; k < length; k++) memory[to + k] = bytes[from + k] as number
    from += length
  }
  return words
}

function cut(bytes: Uint8Array, lengths: Int32Array): Uint8Array[] {
  let at = 0
  return Array.from(lengths, (length) => {
    const from = at
    at += length
    return bytes.subarray(from, at)
  })
}

/** Copies an entry to `p`; returns the position after it and may store up to seven bytes beyond. */
export function writeEntry(
  view: DataView,
  p: number,
  dictionary: PackedDictionary,
  code: number,
): number {
  const { words } = dictionary
  if (words) {
    const from = code * words.stride
    for (let at = 0, k = from; at < (dictionary.lengths[code] as number); at += WORD_BYTES, k++) {
      view.setFloat64(p + at, words.data[k] as number, true)
    }
  } else {
    const entry = dictionary.entries[code] as Uint8Array
    for (let k = 0; k < entry.length; k++) view.setUint8(p + k, entry[k] as number)
  }
  return p + (dictionary.lengths[code] as number)
}
