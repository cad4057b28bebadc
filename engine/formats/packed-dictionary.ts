// A list of strings as UTF-8 at a fixed stride, so that a writer copies an entry as a few 64-bit words.

const WORD_BYTES = 8
/** Longer entries are copied byte by byte instead. */
const STRIDE_LIMIT_BYTES = 64

export type PackedDictionary = {
  readonly longest: number
  readonly lengths: Int32Array
  /**
   * Words of all entries and how many each has; null when the longest entry is too long for that. No
   * word is a NaN, whose bits a copy might change: UTF-8 cannot end a word with 7f or ff after f0 or more.
   */
  readonly words: { readonly stride: number; readonly data: Float64Array } | null
  readonly entries: readonly Uint8Array[]
}

/** Packs texts, already escaped as the format wants them. */
export function packDictionary(texts: readonly string[]): PackedDictionary {
  const lengths = Int32Array.from(texts, (text) => Buffer.byteLength(text))
  const entries = encoded(texts, lengths)
  let longest = 0
  for (const length of lengths) longest = Math.max(longest, length)
  const stride = Math.max(1, Math.ceil(longest / WORD_BYTES))
  if (stride * WORD_BYTES > STRIDE_LIMIT_BYTES) return { longest, lengths, words: null, entries }
  const bytes = new Uint8Array(stride * WORD_BYTES * entries.length)
  entries.forEach((entry, index) => {
    const to = index * stride * WORD_BYTES
    for (let k = 0; k < entry.length; k++) bytes[to + k] = entry[k] as number
  })
  return { longest, lengths, words: { stride, data: new Float64Array(bytes.buffer) }, entries }
}

/** All in one piece: encoding thousands of short texts one by one takes longer than making the first rows. */
function encoded(texts: readonly string[], lengths: Int32Array): Uint8Array[] {
  const encoder = new TextEncoder()
  const whole = encoder.encode(texts.join(''))
  const bytes = lengths.reduce((sum, length) => sum + length, 0)
  // Halves of a surrogate pair in neighbouring texts would become one character.
  if (whole.length !== bytes) return texts.map((text) => encoder.encode(text))
  let at = 0
  return Array.from(lengths, (length) => {
    const from = at
    at += length
    return whole.subarray(from, at)
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
    for (let k = 0; k < words.stride; k++) {
      view.setFloat64(p + k * WORD_BYTES, words.data[from + k] as number, true)
    }
  } else {
    const entry = dictionary.entries[code] as Uint8Array
    for (let k = 0; k < entry.length; k++) view.setUint8(p + k, entry[k] as number)
  }
  return p + (dictionary.lengths[code] as number)
}
