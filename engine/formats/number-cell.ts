// The cells of numbers, dates, times and UUIDs.

import type { NumberVector, UuidVector } from '#engine/rules/vector.ts'
import type { Bind } from './bind.ts'
import { type Cell, call, fixed, quoted } from './cell-parts.ts'
import type { Dialect } from './dialect.ts'
import { writeDecimal, writeFloat, writeInteger } from './digits.ts'
import {
  dateCode,
  datetimeCode,
  integerCode,
  moneyCode,
  sqlDatetimeCode,
  timeCode,
  uuidCode,
} from './inline.ts'
import { packDictionary, writeEntry } from './packed-dictionary.ts'
import { writeDate, writeDatetime, writeSqlDatetime, writeTime, writeUuid } from './temporal.ts'

const LONGEST_NUMBER = 32

type WriteNumber = (view: DataView, p: number, values: Float64Array, i: number) => number

type Inline = (bind: Bind, values: Float64Array) => string

/** Numbers that need their array and nothing else. */
export function plainNumber(values: Float64Array, write: WriteNumber, inline: Inline): Cell {
  return fixed(LONGEST_NUMBER, {
    code: (bind) => inline(bind, values),
    write: (_, view, p, i) => write(view, p, values, i),
  })
}

type WriteScaled = (...args: [...Parameters<WriteNumber>, scale: number]) => number

/** Numbers written by their number of digits. */
export function scaledNumber(
  values: Float64Array,
  scale: number,
  write: WriteScaled,
  inline?: (...args: Parameters<Inline>) => string | null,
): Cell {
  const most = Math.max(LONGEST_NUMBER, scale + 2)
  const cell = {
    code: (bind: Bind) =>
      inline?.(bind, values) ?? call(bind, write, bind(values), 'i', String(scale | 0)),
    write: (_: Uint8Array, view: DataView, p: number, i: number) =>
      write(view, p, values, i, scale),
  }
  if (inline) return fixed(most, cell)
  const code = (bind: Bind) => call(bind, write, bind(values), 'i', bind(scale))
  return fixed(most, { ...cell, steps: [fixed(most, { ...cell, code })] })
}

/** true and false, with a text behind them in the same copy. */
export function boolCell(values: Float64Array, after: string): Cell {
  const packed = packDictionary([`false${after}`, `true${after}`])
  return fixed(packed.longest, {
    code: (bind) =>
      `{const y=${bind(values)}[i];d.setFloat64(p,${bind(packed.words?.data)}[y],true);p+=${packed.longest}-y;}`,
    write: (_, view, p, i) => writeEntry(view, p, packed, values[i] as number),
  })
}

/** The numbers of a column. */
export function numberCell({ type, scale, values }: NumberVector, dialect: Dialect): Cell {
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

/** 36 characters. */
export function uuidCell({ words }: Pick<UuidVector, 'words'>): Cell {
  return fixed(36, {
    code: (bind) => uuidCode(bind, words),
    write: (_, view, p, i) => writeUuid(view, p, words, i),
  })
}
