// The values of one column for a batch of rows, in the layout that suits their rule. A vector's shape is
// fixed when the config is compiled; kernels only fill its arrays. Entry i belongs to the batch's row i.

/** 1 where the value is null. */
export type Nulls = Uint8Array

export type NumberType =
  | 'int'
  | 'float'
  | 'decimal'
  | 'bool'
  | 'date'
  | 'datetime'
  | 'time'
  | 'duration'

/**
 * Integers, doubles, integers scaled by 10^`scale` (decimal), 0 and 1 (bool), days since 1970 (date),
 * seconds since 1970 UTC (datetime), seconds since midnight (time), seconds (duration; only inside expressions).
 */
export type NumberVector = {
  kind: 'number'
  type: NumberType
  scale: number
  values: Float64Array
  nulls: Nulls | null
  /** What text formats show in place of the number, where a rule says: another layout or time zone. */
  shown?: PiecesVector | TextVector
}

/** Strings out of a list. */
export type CodeVector = {
  kind: 'code'
  dictionary: readonly string[]
  codes: Int32Array
  nulls: Nulls | null
}

/** UUIDs as four planes of 32 bits, first digits first. */
export type UuidVector = {
  kind: 'uuid'
  words: readonly [Int32Array, Int32Array, Int32Array, Int32Array]
  nulls: Nulls | null
}

/** Strings put together from pieces, never spelled out until they are written. */
export type PiecesVector = {
  kind: 'pieces'
  pieces: readonly Piece[]
  nulls: Nulls | null
  /** The strings are JSON texts, which JSON formats write as such. */
  json?: true
}

/** Strings as such: the slow general case. */
export type TextVector = {
  kind: 'text'
  values: string[]
  nulls: Nulls | null
  /** As of pieces. */
  json?: true
}

export type Piece =
  | { kind: 'literal'; text: string }
  | { kind: 'code'; dictionary: readonly string[]; codes: Int32Array }
  /** An integer with at least `pad` digits, zeros in front. */
  | { kind: 'integer'; values: Float64Array; pad: number }
  /** A pattern out of a list, its `#` (0-9) and `!` (2-9) filled from the right by a number below 2^53. */
  | { kind: 'mask'; patterns: readonly string[]; codes: Int32Array; numbers: Float64Array }
  /** A number, date or time as text, nulls and what is shown in its place left aside. */
  | { kind: 'number'; vector: NumberVector }
  | { kind: 'uuid'; words: UuidVector['words'] }
  /** Commas between items, which are pieces with entries of their own: those of entry i from `starts[i]` up to `starts[i+1]`. */
  | { kind: 'list'; items: readonly Piece[]; starts: Int32Array }

export type Vector = NumberVector | CodeVector | UuidVector | PiecesVector | TextVector

/** A number vector without values yet. */
export function numberVector(type: NumberType, scale: number, capacity: number): NumberVector {
  return { kind: 'number', type, scale, values: new Float64Array(capacity), nulls: null }
}

/** A code vector without values yet. */
export function codeVector(dictionary: readonly string[], capacity: number): CodeVector {
  return { kind: 'code', dictionary, codes: new Int32Array(capacity), nulls: null }
}
