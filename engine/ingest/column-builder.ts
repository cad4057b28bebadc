// Values of one column, gathered slot by slot from raw cells.

import { AppError } from '#engine/errors.ts'
import { type Column, kindOf } from '#engine/table/table.ts'
import { createDateReader } from './date-reader.ts'
import type { IngestField } from './field.ts'
import { createNumberReader } from './number-reader.ts'
import { ownText } from './own-text.ts'
import type { Cell } from './records.ts'
import type { Slots } from './reservoir.ts'

export type ColumnBuilder = {
  /** Cells of a batch into the slots of its rows. AppError `invalid_request` for a value of another type. */
  add(cells: readonly Cell[], slots: Slots): void
  /** The column with its slots in this order. */
  finish(order: Int32Array): Column
}

export function createColumnBuilder(given: IngestField): ColumnBuilder {
  const { numbers: _style, nullWords: _words, ...field } = given
  switch (kindOf(given.type)) {
    case 'number': {
      const values: number[] = []
      const add = gather(values, valueReader(given), Number.NaN)
      const finish = (order: Int32Array): Column => {
        return {
          kind: 'number',
          field,
          values: Float64Array.from(order, (slot) => values[slot] as number),
        }
      }
      return { add, finish }
    }
    case 'category': {
      const coder = createCoder(given)
      const codes: number[] = []
      const finish = (order: Int32Array): Column => {
        return { kind: 'category', field, ...coder.compact(codes, order) }
      }
      return { add: gather(codes, (text, row) => coder.code(text, row), -1), finish }
    }
    case 'text': {
      const values: (string | null)[] = []
      const finish = (order: Int32Array): Column => {
        return { kind: 'text', field, values: Array.from(order, (slot) => values[slot] ?? null) }
      }
      return { add: gather<string | null>(values, textReader(given), null), finish }
    }
  }
}

function gather<T>(
  into: T[],
  read: (cell: string, row: number) => T,
  empty: T,
): ColumnBuilder['add'] {
  return (cells, { rows, from }) => {
    for (let row = 0; row < rows.length; row++) {
      const slot = rows[row] as number
      if (slot < 0) continue
      const cell = cells[row] ?? null
      into[slot] = cell === null ? empty : read(String(cell), from + row)
    }
  }
}

function textReader({ nullWords }: IngestField): (text: string) => string | null {
  const nulls = new Set(nullWords)
  return (text) => (nulls.has(text) ? null : ownText(text))
}

/** AppError for what is no such number or date; not finite is null. */
function valueReader(field: IngestField): (text: string, row: number) => number {
  const { type, layout, numbers } = field
  const nulls = new Set(field.nullWords)
  const isTime = type === 'date' || type === 'datetime' || type === 'time'
  const dates = isTime ? createDateReader(type, layout) : null
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

type Coder = {
  code(text: string, row: number): number
  /** Codes in this order, and the levels that they use, in the order of their first row; booleans have both. */
  compact(codes: readonly number[], order: Int32Array): { codes: Int32Array; levels: string[] }
}

function createCoder(field: IngestField): Coder {
  const isBoolean = field.type === 'boolean'
  const nulls = new Set(field.nullWords)
  const known = new Map<string, number>(
    isBoolean
      ? [
          ['false', 0],
          ['true', 1],
        ]
      : [],
  )
  return {
    code(text, row) {
      if (nulls.has(text) || (isBoolean && text === '')) return -1
      const level = isBoolean ? truth(text) : text
      if (level === null) throw misfit(field, row)
      const code = known.get(level)
      if (code !== undefined) return code
      known.set(ownText(level), known.size)
      return known.size - 1
    },
    compact(codes, order) {
      const ordered = Int32Array.from(order, (slot) => codes[slot] as number)
      const levels = [...known.keys()]
      return isBoolean ? { codes: ordered, levels } : used(ordered, levels)
    },
  }
}

function truth(text: string): 'true' | 'false' | null {
  const word = text.toLowerCase()
  return word === 'true' || word === 'false' ? word : null
}

function used(
  codes: Int32Array,
  levels: readonly string[],
): { codes: Int32Array; levels: string[] } {
  const renumbered = new Map<number, number>([[-1, -1]])
  const kept: string[] = []
  const recoded = codes.map((code) => {
    const given = renumbered.get(code) ?? kept.push(levels[code] as string) - 1
    renumbered.set(code, given)
    return given
  })
  return { codes: recoded, levels: kept }
}
