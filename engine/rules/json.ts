// object and array: JSON text put together from the values of rules inside. An object of lists of words, whole numbers and
// texts in pieces stays in pieces; anything else is spelled out row by row.

import type { JsonPart } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { castKernel } from './cast.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { isNull, scalarAt, textAt } from './read.ts'
import { textKernel } from './text-kernel.ts'
import type { Piece, Vector } from './vector.ts'

/** Items of one array; their draws are counted in steps of it. */
export const ITEMS_MAX = 1000

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Values of a rule inside, of the type that it stands for. */
function partKernel({ type, scale, rule }: JsonPart, context: RuleContext): Kernel {
  const column = { ...context.column, type, scale }
  return castKernel(context.nested(rule, { type, scale }), column, context.capacity)
}

/** Entry i as JSON text. */
function jsonReader(vector: Vector): (i: number) => string {
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

function escapedPiece(piece: Piece): Piece {
  switch (piece.kind) {
    case 'literal':
      return { ...piece, text: escaped(piece.text) }
    case 'code':
      return { ...piece, dictionary: piece.dictionary.map(escaped) }
    case 'mask':
      return { ...piece, patterns: piece.patterns.map(escaped) }
    case 'integer':
      return piece
  }
}

/** The vector's JSON text as pieces; null where it has to be spelled out. */
function jsonPieces(vector: Vector): Piece[] | null {
  if (vector.nulls) return null
  if (vector.kind === 'number' && vector.type === 'int') {
    return [{ kind: 'integer', values: vector.values, pad: 0 }]
  }
  if (vector.kind === 'code') {
    const dictionary = vector.dictionary.map((text) => JSON.stringify(text))
    return [{ kind: 'code', dictionary, codes: vector.codes }]
  }
  if (vector.kind !== 'pieces') return null
  if (vector.json === true) return [...vector.pieces]
  const quote: Piece = { kind: 'literal', text: '"' }
  return [quote, ...vector.pieces.map(escapedPiece), quote]
}

export function compileObject(rule: RuleOf<'object'>, context: RuleContext): Kernel {
  const kernels = rule.fields.map((field) => partKernel(field, context))
  const names = rule.fields.map(({ name }, k) => `${k === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const end = rule.fields.length === 0 ? '{}' : '}'
  const fill = (rows: Rows): void => {
    for (const kernel of kernels) kernel.fill(rows)
  }
  const parts = kernels.map(({ vector }) => jsonPieces(vector))
  if (parts.every((part) => part !== null)) {
    const pieces = parts.flatMap((part, k): Piece[] => [
      { kind: 'literal', text: names[k] as string },
      ...part,
    ])
    const closed: Piece[] = [...pieces, { kind: 'literal', text: end }]
    return { vector: { kind: 'pieces', pieces: closed, nulls: null, json: true }, fill }
  }
  const readers = kernels.map(({ vector }) => jsonReader(vector))
  const read = (i: number): string => {
    let text = ''
    for (let k = 0; k < readers.length; k++) {
      text += names[k] as string
      text += (readers[k] as (i: number) => string)(i)
    }
    return text + end
  }
  const kernel = textKernel(context.capacity, fill, read)
  return { ...kernel, vector: { ...kernel.vector, json: true } }
}

/** Sets the number of items of each row. */
function createLengths({ length }: RuleOf<'array'>, context: RuleContext) {
  const lengths = new Float64Array(context.capacity)
  if (typeof length === 'number') {
    lengths.fill(length)
    return { lengths, fill: () => undefined }
  }
  const kernel = partKernel({ type: 'int', scale: null, rule: length }, context)
  const { vector } = kernel
  return {
    lengths,
    fill: (rows: Rows) => {
      kernel.fill(rows)
      for (let i = 0; i < rows.n; i++) {
        const drawn = vector.kind === 'number' && !isNull(vector, i) ? vector.values[i] : 0
        lengths[i] = Math.min(Math.max(drawn as number, 0), ITEMS_MAX)
      }
    },
  }
}

/** Item j of a row is drawn as row `row * ITEMS_MAX + j` of a table of items. */
function itemRow(row: number, item: number, { column }: RuleContext): number {
  const place = row * ITEMS_MAX + item
  if (Number.isSafeInteger(place)) return place
  const message = `column ${column.name}: arrays so deep have no draws for so many rows`
  throw new AppError('invalid_config', message)
}

export function compileArray(rule: RuleOf<'array'>, context: RuleContext): Kernel {
  const { capacity } = context
  const { lengths, fill: fillLengths } = createLengths(rule, context)
  const items = partKernel(rule.items, context)
  const read = jsonReader(items.vector)
  const rows = createRows(capacity)
  const texts = new Array<string>(capacity).fill('')
  const owners = new Int32Array(capacity)

  /** Draws the items gathered so far and adds them to their rows. */
  const flush = (): void => {
    if (rows.n === 0) return
    rows.stamp++
    items.fill(rows)
    for (let k = 0; k < rows.n; k++) {
      const owner = owners[k] as number
      const before = texts[owner] as string
      texts[owner] = before === '[' ? before + read(k) : `${before},${read(k)}`
    }
    rows.n = 0
  }
  const gather = (table: Rows): void => {
    fillLengths(table)
    rows.n = 0
    for (let i = 0; i < table.n; i++) {
      texts[i] = '['
      for (let item = 0; item < (lengths[i] as number); item++) {
        if (rows.n === capacity) flush()
        rows.index[rows.n] = itemRow(table.index[i] as number, item, context)
        owners[rows.n] = i
        rows.n++
      }
    }
    flush()
  }
  const kernel = textKernel(capacity, gather, (i) => `${texts[i]}]`)
  return { ...kernel, vector: { ...kernel.vector, json: true } }
}
