// How one column's values become text in one dialect: as a fragment of generated code, as a closure with
// the same effect, and with a bound on their bytes. Code holds our own tokens and integers only; every
// string and array of the config reaches it as a bound value.

import { isNull, textAt } from '#engine/rules/read.ts'
import type {
  NumberVector,
  Piece,
  PiecesVector,
  TextVector,
  UuidVector,
  Vector,
} from '#engine/rules/vector.ts'
import type { Bind } from './bind.ts'
import type { Dialect } from './dialect.ts'
import { writeDecimal, writeFloat, writeInteger, writePaddedInteger } from './digits.ts'
import {
  dateCode,
  datetimeCode,
  integerCode,
  moneyCode,
  sqlDatetimeCode,
  timeCode,
  uuidCode,
} from './inline.ts'
import { packMask, writeMask } from './mask.ts'
import { type PackedDictionary, packDictionary, writeEntry } from './packed-dictionary.ts'
import { writeDate, writeDatetime, writeSqlDatetime, writeTime, writeUuid } from './temporal.ts'
import { textBound, writeText } from './text.ts'

export type Cell = {
  /** Statements that write entry `i` at `p` and move `p`; `m` is the memory, `d` its view. */
  code(bind: Bind): string
  /** The same: returns the position after entry i. */
  write(memory: Uint8Array, view: DataView, p: number, i: number): number
  /** Most bytes for the first n entries. */
  bound(n: number): number
}

const LONGEST_NUMBER = 32

/** `p=write(d,p,...)` over entry i of arrays. */
function call(bind: Bind, write: unknown, ...operands: string[]): string {
  return `p=${bind(write)}(${['d', 'p', ...operands].join(',')});`
}

function fixed(most: number, cell: Omit<Cell, 'bound'>): Cell {
  return { ...cell, bound: (n) => n * most }
}

/** Copies entry `codes[i]` of a packed list, unrolled. */
function entryCode(bind: Bind, packed: PackedDictionary, codes: Int32Array): string {
  if (!packed.words) return call(bind, writeEntry, bind(packed), `${bind(codes)}[i]`)
  const { stride, data } = packed.words
  const words = bind(data)
  const copies = Array.from(
    { length: stride },
    (_, k) => `d.setFloat64(p+${8 * k},${words}[x+${k}],true);`,
  )
  const step = `p+=${bind(packed.lengths)}[y];`
  return `{const y=${bind(codes)}[i],x=y*${stride};${copies.join('')}${step}}`
}

function entryCell(packed: PackedDictionary, codes: Int32Array): Cell {
  return fixed(packed.longest, {
    code: (bind) => entryCode(bind, packed, codes),
    write: (_, view, p, i) => writeEntry(view, p, packed, codes[i] as number),
  })
}

/** Fixed text: stores of integer constants when short, else a bound copy. */
export function literalCell(text: string): Cell {
  const packed = packDictionary([text])
  const bytes = packed.entries[0] as Uint8Array
  const code = (bind: Bind): string => {
    if (bytes.length === 0) return ''
    if (bytes.length > 64) return call(bind, writeEntry, bind(packed), '0')
    const padded = new Uint8Array((bytes.length + 3) & ~3)
    padded.set(bytes)
    const words = [...new Uint32Array(padded.buffer)]
    const stores = words.map((word, k) => `d.setUint32(p+${4 * k},${word},true);`)
    return `${stores.join('')}p+=${bytes.length};`
  }
  return fixed(bytes.length, { code, write: (_, view, p) => writeEntry(view, p, packed, 0) })
}

function quoted(cell: Cell, dialect: Dialect): Cell {
  return dialect.quote === ''
    ? cell
    : joined([literalCell(dialect.quote), cell, literalCell(dialect.quote)])
}

/** One after the other. */
export function joined(cells: readonly Cell[]): Cell {
  return {
    code: (bind) => cells.map((cell) => cell.code(bind)).join(''),
    write: (memory, view, p, i) => {
      let at = p
      for (const cell of cells) at = cell.write(memory, view, at, i)
      return at
    },
    bound: (n) => cells.reduce((sum, cell) => sum + cell.bound(n), 0),
  }
}

type WriteNumber = (view: DataView, p: number, values: Float64Array, i: number) => number

type Inline = (bind: Bind, values: Float64Array) => string

function plainNumber(values: Float64Array, write: WriteNumber, inline: Inline): Cell {
  return fixed(LONGEST_NUMBER, {
    code: (bind) => inline(bind, values),
    write: (_, view, p, i) => write(view, p, values, i),
  })
}

type WriteScaled = (...args: [...Parameters<WriteNumber>, scale: number]) => number

function scaledNumber(
  values: Float64Array,
  scale: number,
  write: WriteScaled,
  inline?: Inline,
): Cell {
  return fixed(Math.max(LONGEST_NUMBER, scale + 2), {
    code: (bind) =>
      inline?.(bind, values) ?? call(bind, write, bind(values), 'i', String(scale | 0)),
    write: (_, view, p, i) => write(view, p, values, i, scale),
  })
}

function boolCell(values: Float64Array, after: string): Cell {
  const packed = packDictionary([`false${after}`, `true${after}`])
  return fixed(packed.longest, {
    code: (bind) =>
      `{const y=${bind(values)}[i];d.setFloat64(p,${bind(packed.words?.data)}[y],true);p+=${packed.longest}-y;}`,
    write: (_, view, p, i) => writeEntry(view, p, packed, values[i] as number),
  })
}

function numberCell({ type, scale, values }: NumberVector, dialect: Dialect): Cell {
  switch (type) {
    case 'int':
    case 'duration':
      return plainNumber(values, writeInteger, integerCode)
    case 'decimal':
      if (scale === 0) return plainNumber(values, writeInteger, integerCode)
      return scaledNumber(values, scale, writeDecimal, scale === 2 ? moneyCode : undefined)
    case 'float':
      return scaledNumber(values, scale, writeFloat)
    case 'bool':
      return boolCell(values, '')
    case 'date':
      return quoted(plainNumber(values, writeDate, dateCode), dialect)
    case 'datetime':
      return quoted(
        dialect.datetime === 'iso'
          ? plainNumber(values, writeDatetime, datetimeCode)
          : plainNumber(values, writeSqlDatetime, sqlDatetimeCode),
        dialect,
      )
    case 'time':
      return quoted(plainNumber(values, writeTime, timeCode), dialect)
  }
}

function uuidCell({ words }: UuidVector): Cell {
  return fixed(36, {
    code: (bind) => uuidCode(bind, words),
    write: (_, view, p, i) => writeUuid(view, p, words, i),
  })
}

/** What a piece shows that may need escaping, and whether it may be empty. */
function pieceTexts(piece: Piece): readonly string[] {
  switch (piece.kind) {
    case 'literal':
      return [piece.text]
    case 'code':
      return piece.dictionary
    case 'integer':
      return ['0']
    case 'mask':
      return piece.patterns
  }
}

function pieceCell(piece: Piece, dialect: Dialect): Cell {
  switch (piece.kind) {
    case 'literal':
      return literalCell(dialect.inner(piece.text))
    case 'code':
      return entryCell(packDictionary(piece.dictionary.map(dialect.inner)), piece.codes)
    case 'integer':
      return piece.pad === 0
        ? plainNumber(piece.values, writeInteger, integerCode)
        : scaledNumber(piece.values, piece.pad, writePaddedInteger)
    case 'mask': {
      const { codes, numbers } = piece
      const mask = packMask(piece.patterns.map(dialect.inner))
      return fixed(mask.patterns.longest, {
        code: (bind) => call(bind, writeMask, bind(mask), bind(codes), bind(numbers), 'i'),
        write: (_, view, p, i) => writeMask(view, p, mask, codes, numbers, i),
      })
    }
  }
}

function textCell(vector: Vector, dialect: Dialect): Cell {
  const read =
    vector.kind === 'text'
      ? (i: number) => vector.values[i] as string
      : (i: number) => textAt(vector, i)
  const write = (memory: Uint8Array, p: number, i: number) =>
    isNull(vector, i) ? p : writeText(memory, p, read(i), dialect)
  return {
    code: (bind) => `p=${bind(write)}(m,p,i);`,
    write: (memory, _, p, i) => write(memory, p, i),
    bound: (n) => {
      let sum = 0
      for (let i = 0; i < n; i++) if (!isNull(vector, i)) sum += textBound(read(i), dialect)
      return sum
    },
  }
}

/** Any digit, or place of one, as the same. */
const shapeOf = (text: string): string => text.replaceAll(/[0-9#!]/g, '0')

/** Whether pieces of these texts may add up to the one that is reserved. */
function mayRead(texts: readonly (readonly string[])[], reserved: string): boolean {
  const shape = shapeOf(reserved)
  return shape !== '' && texts.every((list) => list.some((text) => shape.includes(shapeOf(text))))
}

function piecesCell(vector: PiecesVector, dialect: Dialect): Cell {
  const texts = vector.pieces.map(pieceTexts)
  const safe = texts.flat().every((text) => dialect.innerIsSafe(text))
  const neverEmpty = texts.some((list) => list.every((text) => text !== ''))
  if (!safe || !neverEmpty || mayRead(texts, dialect.reserved)) return textCell(vector, dialect)
  return quoted(joined(vector.pieces.map((piece) => pieceCell(piece, dialect))), dialect)
}

function jsonDialect({ json }: PiecesVector | TextVector, dialect: Dialect): Dialect {
  return json === true ? (dialect.json ?? dialect) : dialect
}

/** The cell of a vector's values, nulls left aside. */
function valueCell(vector: Vector, dialect: Dialect): Cell {
  switch (vector.kind) {
    case 'number':
      return numberCell(vector, dialect)
    case 'code':
      return entryCell(packDictionary(vector.dictionary.map(dialect.text)), vector.codes)
    case 'uuid':
      return quoted(uuidCell(vector), dialect)
    case 'pieces':
      return piecesCell(vector, jsonDialect(vector, dialect))
    case 'text':
      return textCell(vector, jsonDialect(vector, dialect))
  }
}

/** Longer separators would make the packed words of short values longer too. */
const FOLDED_BYTES = 2

/** The cell of a vector's values with a separator behind them, in the same copy where that is cheap. */
function separatedCell(vector: Vector, dialect: Dialect, after: string): Cell {
  if (after.length <= FOLDED_BYTES && vector.kind === 'code') {
    const texts = vector.dictionary.map((text) => dialect.text(text) + after)
    return entryCell(packDictionary(texts), vector.codes)
  }
  if (after.length <= FOLDED_BYTES && vector.kind === 'number' && vector.type === 'bool') {
    return boolCell(vector.values, after)
  }
  return joined([valueCell(vector, dialect), literalCell(after)])
}

/** What a column shows in place of its numbers; SQL has types for those, and takes no other text. */
function written(vector: Vector, dialect: Dialect): Vector {
  const shown = vector.kind === 'number' && dialect.datetime === 'iso' ? vector.shown : undefined
  return shown ?? vector
}

/** The cell of a vector: its values, or the dialect's null, and what stands between them and the next. */
export function cellOf(vector: Vector, dialect: Dialect, after: string): Cell {
  const value = separatedCell(written(vector, dialect), dialect, after)
  const { nulls } = vector
  if (!nulls) return value
  const none = literalCell(dialect.nullText + after)
  return {
    code: (bind) => `if(${bind(nulls)}[i]===1){${none.code(bind)}}else{${value.code(bind)}}`,
    write: (memory, view, p, i) =>
      nulls[i] === 1 ? none.write(memory, view, p, i) : value.write(memory, view, p, i),
    bound: (n) => none.bound(n) + value.bound(n),
  }
}
