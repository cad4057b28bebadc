// The values of a rule inside an object or an array: as pieces of JSON text where they can be, else one by one.

import type { JsonPart } from '#engine/config/types.ts'
import { pow10 } from '#engine/math/decimal.ts'
import type { Rows } from '#engine/rows.ts'
import { castKernel } from './cast.ts'
import type { Kernel, RuleContext } from './kernel.ts'
import { isNull, scalarAt, textAt } from './read.ts'
import { type NumberVector, numberVector, type Piece, type Vector } from './vector.ts'

/** Values of a rule inside, of the type that it stands for. */
export function partKernel({ type, scale, rule }: JsonPart, context: RuleContext): Kernel {
  const column = { ...context.column, type, scale }
  return castKernel(context.nested(rule, { type, scale }), column, context.capacity)
}

/** Entry i as JSON text. */
export function jsonReader(vector: Vector): (i: number) => string {
  if (vector.kind === 'code' && !vector.nulls) {
    const texts = vector.dictionary.map((text) => JSON.stringify(text))
    return (i) => texts[vector.codes[i] as number] as string
  }
  const isJson = 'json' in vector && vector.json === true
  return (i) => {
    if (isNull(vector, i)) return 'null'
    return isJson ? textAt(vector, i) : JSON.stringify(scalarAt(vector, i))
  }
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

function escapedPiece(piece: Piece): Piece {
  switch (piece.kind) {
    case 'literal':
      return { ...piece, text: escaped(piece.text) }
    case 'code':
      return { ...piece, dictionary: piece.dictionary.map(escaped) }
    case 'mask':
      return { ...piece, patterns: piece.patterns.map(escaped) }
    case 'list':
      return { ...piece, items: piece.items.map(escapedPiece) }
    case 'integer':
    case 'number':
    case 'uuid':
      return piece
  }
}

const QUOTE: Piece = { kind: 'literal', text: '"' }

const quotedPieces = (pieces: readonly Piece[]): Piece[] => [
  QUOTE,
  ...pieces.map(escapedPiece),
  QUOTE,
]

/** Text in pieces, and what fills them. */
type JsonPieces = { pieces: Piece[]; fill: (rows: Rows) => void }

/** JSON has no trailing zeros: decimals become the numbers that they stand for. */
function decimalPieces({ vector, fill }: Kernel<NumberVector>, capacity: number): JsonPieces {
  const numbers = numberVector('float', vector.scale, capacity)
  const unit = pow10(vector.scale)
  return {
    pieces: [{ kind: 'number', vector: numbers }],
    fill(rows) {
      fill(rows)
      for (let i = 0; i < rows.n; i++) numbers.values[i] = (vector.values[i] as number) / unit
    },
  }
}

function numberPieces({ vector, fill }: Kernel<NumberVector>, capacity: number): JsonPieces | null {
  const piece: Piece = { kind: 'number', vector }
  switch (vector.type) {
    case 'int':
      return { pieces: [{ kind: 'integer', values: vector.values, pad: 0 }], fill }
    case 'decimal':
      return decimalPieces({ vector, fill }, capacity)
    case 'bool':
    case 'float':
      return { pieces: [piece], fill }
    case 'date':
    case 'datetime':
    case 'time':
      return { pieces: quotedPieces([piece]), fill }
    case 'duration':
      return null
  }
}

/** The kernel's values as JSON text in pieces; null where they have to be spelled out. */
export function jsonPieces({ vector, fill }: Kernel, capacity: number): JsonPieces | null {
  if (vector.nulls) return null
  switch (vector.kind) {
    case 'number':
      if (vector.shown) return jsonPieces({ vector: vector.shown, fill }, capacity)
      return numberPieces({ vector, fill }, capacity)
    case 'code': {
      const dictionary = vector.dictionary.map((text) => JSON.stringify(text))
      return { pieces: [{ kind: 'code', dictionary, codes: vector.codes }], fill }
    }
    case 'uuid':
      return { pieces: quotedPieces([{ kind: 'uuid', words: vector.words }]), fill }
    case 'pieces':
      return { pieces: vector.json ? [...vector.pieces] : quotedPieces(vector.pieces), fill }
    case 'text':
      return null
  }
}
