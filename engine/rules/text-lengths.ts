// How long the texts of a vector can be, as far as its layout tells, in characters.

import type { Piece, Vector } from './vector.ts'

/** Both included. */
export type Lengths = { least: number; most: number }

/** Characters as people count them, not halves of surrogate pairs. */
export const lengthOf = (text: string): number => Array.from(text).length

const UUID_LENGTH = 36
/** Digits and sign of a whole number within 2^53. */
const INTEGER_LENGTH = 17

function ofList(texts: readonly string[]): Lengths {
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const text of texts) {
    const length = lengthOf(text)
    least = Math.min(least, length)
    most = Math.max(most, length)
  }
  return { least, most }
}

function ofPiece(piece: Piece): Lengths {
  switch (piece.kind) {
    case 'literal':
      return ofList([piece.text])
    case 'code':
      return ofList(piece.dictionary)
    case 'integer':
      return { least: Math.max(piece.pad, 1), most: Math.max(piece.pad + 1, INTEGER_LENGTH) }
    case 'mask':
      return ofList(piece.patterns)
    case 'uuid':
      return { least: UUID_LENGTH, most: UUID_LENGTH }
    case 'number':
    case 'list':
      return { least: 0, most: Number.POSITIVE_INFINITY }
  }
}

/** Null where it can be anything. */
export function lengthsOf(vector: Vector): Lengths | null {
  switch (vector.kind) {
    case 'code':
      return ofList(vector.dictionary)
    case 'uuid':
      return { least: UUID_LENGTH, most: UUID_LENGTH }
    case 'pieces': {
      const all = vector.pieces.map(ofPiece)
      const sum = (key: keyof Lengths) => all.reduce((total, one) => total + one[key], 0)
      return { least: sum('least'), most: sum('most') }
    }
    case 'number':
    case 'text':
      return null
  }
}
