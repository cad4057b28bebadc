// From a raw cell to a value of its column's type: one reader for each shape of columns, for cells as text and as bytes.

import { AppError } from '#engine/errors.ts'
import { type ByteCells, textAt } from '#engine/table/byte-cells.ts'
import { isTemporal } from '#engine/table/table.ts'
import { createByteDictionary } from './byte-dictionary.ts'
import { numberOf } from './byte-numbers.ts'
import { createDateReader } from './date-reader.ts'
import type { IngestField } from './field.ts'
import { isoMomentOf } from './iso-moment.ts'
import { createNumberReader } from './number-reader.ts'
import { ownText } from './own-text.ts'

/** `row` is the cell's in the file, from 0. AppError `invalid_request` for a value of another type. */
export type CellReader<T> = {
  text(text: string, row: number): T
  /** The same of the bytes of the text. */
  bytes(cells: ByteCells, from: number, to: number, row: number): T
}

/** NaN for null and for what is not finite. */
export function createValueReader(field: IngestField): CellReader<number> {
  const { type, layout } = field
  const ofText = textReader(field)
  const quick = isTemporal(type)
    ? (bytes: Uint8Array, from: number, to: number): number => isoMomentOf(type, bytes, from, to)
    : numberOf
  const isQuick = layout === null && (isTemporal(type) || field.numbers !== 'comma')
  return {
    text: ofText,
    bytes({ bytes }, from, to, row) {
      const value = isQuick ? quick(bytes, from, to) : Number.NaN
      return Number.isNaN(value) ? ofText(textAt(bytes, from, to), row) : value
    },
  }
}

function textReader(field: IngestField): (text: string, row: number) => number {
  const { type, layout, numbers } = field
  const nulls = new Set(field.nullWords)
  const dates = isTemporal(type) ? createDateReader(type, layout) : null
  const read = dates
    ? (text: string): number => dates.read(text)
    : createNumberReader(numbers, layout)
  return (text, row) => {
    if (text === '' || nulls.has(text)) return Number.NaN
    const value = read(text)
    if (Number.isFinite(value)) return value
    if (NOT_FINITE.has(text)) return Number.NaN
    throw misfit(field, row)
  }
}

const NOT_FINITE: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity'])

function misfit({ name, type }: IngestField, row: number): AppError {
  const message = `row ${row + 1}, column ${name}: the value is no ${type}`
  const hint = 'Upload the file again, or give the column another type.'
  return new AppError('invalid_request', message, { problems: [{ path: '/file', message, hint }] })
}

export type TextReader = CellReader<string | null> & {
  /** Whether these bytes are a word for null. */
  isNull(cells: ByteCells, from: number, to: number): boolean
}

export function createTextReader({ nullWords }: IngestField): TextReader {
  const nulls = new Set(nullWords)
  const longest = nullWords.reduce((most, word) => Math.max(most, Buffer.byteLength(word)), -1)
  const isNull = ({ bytes }: ByteCells, from: number, to: number): boolean =>
    to - from <= longest && nulls.has(textAt(bytes, from, to))
  return {
    isNull,
    text: (text) => (nulls.has(text) ? null : ownText(text)),
    bytes: (cells, from, to) => (isNull(cells, from, to) ? null : textAt(cells.bytes, from, to)),
  }
}

export type Coder = CellReader<number> & {
  /** By code; it grows while cells are read. */
  levels: readonly string[]
}

/** Codes of levels in the order of their coming, -1 for null; of booleans false is 0 and true is 1. */
export function createCoder(field: IngestField): Coder {
  const isBoolean = field.type === 'boolean'
  const nulls = new Set(field.nullWords)
  const levels: string[] = isBoolean ? ['false', 'true'] : []
  const known = new Map<string, number>(levels.map((level, code) => [level, code]))
  const dictionary = createByteDictionary()
  /** Codes of its cells. */
  const codes: number[] = []
  const text = (cell: string, row: number): number => {
    if (nulls.has(cell) || (isBoolean && cell === '')) return -1
    const level = isBoolean ? truth(cell) : cell
    if (level === null) throw misfit(field, row)
    const code = known.get(level)
    if (code !== undefined) return code
    const own = ownText(level)
    known.set(own, levels.length)
    return levels.push(own) - 1
  }
  return {
    levels,
    text,
    bytes({ bytes, view }, from, to, row) {
      const found = dictionary.find(view, from, to)
      if (found >= 0) return codes[found] as number
      const code = text(textAt(bytes, from, to), row)
      codes[dictionary.add(bytes, from, to)] = code
      return code
    },
  }
}

function truth(text: string): 'true' | 'false' | null {
  const word = text.toLowerCase()
  return word === 'true' || word === 'false' ? word : null
}
