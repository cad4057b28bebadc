// Single values of a vector, as the text that a file shows and as JSON values. Slow paths, previews and
// tests read through here; the writers of engine/formats give the same text.

import type { Scalar } from '#engine/config/types.ts'
import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'
import { decimalText, pow10 } from '#engine/math/decimal.ts'
import type { NumberType, NumberVector, Piece, UuidVector, Vector } from './vector.ts'

const TEMPORAL: readonly NumberType[] = ['date', 'datetime', 'time']

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')

function uuidText({ words }: Pick<UuidVector, 'words'>, i: number): string {
  const [a = '', b = '', c = '', d = ''] = words.map((plane) => hex(plane[i] as number))
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`
}

/** A pattern with its `#` (0-9) and `!` (2-9) filled from the right by a number. */
function maskText(pattern: string, number: number): string {
  let rest = number
  let text = ''
  for (let at = pattern.length - 1; at >= 0; at--) {
    const char = pattern[at] as string
    const base = char === '#' ? 10 : char === '!' ? 8 : 0
    if (base > 0) {
      text = String((rest % base) + 10 - base) + text
      rest = Math.floor(rest / base)
    } else text = char + text
  }
  return text
}

function integerText(value: number, pad: number): string {
  const digits = String(Math.abs(value)).padStart(pad, '0')
  return value < 0 ? `-${digits}` : digits
}

function numberText({ type, scale, values }: NumberVector, i: number): string {
  const value = values[i] as number
  switch (type) {
    case 'decimal':
      return decimalText(value, scale)
    case 'bool':
      return value === 0 ? 'false' : 'true'
    case 'date':
      return dateText(value)
    case 'datetime':
      return datetimeText(value)
    case 'time':
      return timeText(value)
    case 'int':
    case 'float':
    case 'duration':
      return String(value === 0 ? 0 : value)
  }
}

function listText({ items, starts }: Extract<Piece, { kind: 'list' }>, i: number): string {
  const texts: string[] = []
  for (let k = starts[i] as number; k < (starts[i + 1] as number); k++) {
    texts.push(piecesText(items, k))
  }
  return texts.join(',')
}

function pieceText(piece: Piece, i: number): string {
  switch (piece.kind) {
    case 'literal':
      return piece.text
    case 'code':
      return piece.dictionary[piece.codes[i] as number] as string
    case 'integer':
      return integerText(piece.values[i] as number, piece.pad)
    case 'mask': {
      const pattern = piece.patterns[piece.codes[i] as number] as string
      return maskText(pattern, piece.numbers[i] as number)
    }
    case 'number':
      return numberText(piece.vector, i)
    case 'uuid':
      return uuidText(piece, i)
    case 'list':
      return listText(piece, i)
  }
}

function piecesText(pieces: readonly Piece[], i: number): string {
  let text = ''
  for (const piece of pieces) text += pieceText(piece, i)
  return text
}

/** Whether entry i is null. */
export function isNull(vector: Vector, i: number): boolean {
  return vector.nulls !== null && vector.nulls[i] === 1
}

/** Text of entry i, as in a file without quoting; the empty string for null. */
export function textAt(vector: Vector, i: number): string {
  if (isNull(vector, i)) return ''
  switch (vector.kind) {
    case 'number':
      return vector.shown ? textAt(vector.shown, i) : numberText(vector, i)
    case 'code':
      return vector.dictionary[vector.codes[i] as number] as string
    case 'uuid':
      return uuidText(vector, i)
    case 'pieces':
      return piecesText(vector.pieces, i)
    case 'text':
      return vector.values[i] as string
  }
}

/** Entry i as a JSON value: numbers and booleans as such, everything else as text. */
export function scalarAt(vector: Vector, i: number): Scalar {
  if (isNull(vector, i)) return null
  if (vector.kind !== 'number' || vector.shown) return textAt(vector, i)
  const value = vector.values[i] as number
  if (vector.type === 'bool') return value !== 0
  if (vector.type === 'decimal') return value / pow10(vector.scale)
  if (TEMPORAL.includes(vector.type)) return numberText(vector, i)
  return value === 0 ? 0 : value
}
