// Rows of JSON as columns of cells: keys are columns, in the order in which they are first met.

import { AppError } from '#engine/errors.ts'
import { createColumnNames } from './column-names.ts'
import { jsonFault } from './json-fault.ts'
import { createArrayCutter, createLineCutter, type JsonPiece } from './json-text.ts'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'
import type { Cell, FormatRecords, RawBatch } from './records.ts'

const BATCH_ROWS = 1000
const LONG_DIGITS = /\d{16}/

/** Objects within objects beyond this depth are text. */
const DEPTH_MAX = 8

/**
 * Reads UTF-8: an array of objects, or objects a line each. Arrays become JSON text, and so do objects, unless they are
 * `nested` as columns: `{"user": {"id": 1}}` is the column user.id.
 */
export function readJson(
  text: AsyncIterable<Uint8Array>,
  format: 'json' | 'jsonl',
  { limits, nested }: { limits: IngestLimits; nested: 'columns' | 'text' },
): FormatRecords {
  const columns: string[] = []
  const names = createColumnNames()
  const places = new Map<string, number>()
  const placeOf = (key: string, piece: JsonPiece): number => {
    const known = places.get(key)
    if (known !== undefined) return known
    if (columns.length === limits.columnsMax)
      throw pastLimit(`more than ${limits.columnsMax} columns`, { line: piece.line })
    places.set(key, columns.length)
    return columns.push(names.add(key)) - 1
  }
  const apart = new Set<string>()
  const cellsOf = nested === 'text' ? ownCells : (row: object) => leaves(row, '', apart)
  const batches = async function* (): AsyncIterable<RawBatch> {
    let rows: JsonPiece[] = []
    for await (const pieces of piecesOf(text, format, limits)) {
      rows.push(...pieces)
      if (rows.length < BATCH_ROWS) continue
      yield* columnar(rows, columns, { placeOf, cellsOf })
      rows = []
    }
    if (rows.length > 0) yield* columnar(rows, columns, { placeOf, cellsOf })
  }
  const warnings = () => [
    ...names.warnings(),
    ...[...apart].map((key) => `column ${key}: objects are taken apart, into columns ${key}.…`),
  ]
  return { columns, batches: batches(), warnings }
}

type Entry = [key: string, value: unknown]
const ownCells = (row: object): Iterable<Entry> => Object.entries(row)

/** The values of a row by their paths. `apart` are the paths of objects so far: there nothing else stands for a value. */
function* leaves(row: object, path: string, apart: Set<string>, depth = 1): Iterable<Entry> {
  for (const [name, value] of Object.entries(row)) {
    const key = path + name
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject && depth < DEPTH_MAX && Object.keys(value).length > 0) {
      apart.add(key)
      yield* leaves(value as object, `${key}.`, apart, depth + 1)
    } else if (!apart.has(key) || (value !== null && !isObject)) yield [key, value]
  }
}

async function* piecesOf(
  text: AsyncIterable<Uint8Array>,
  format: 'json' | 'jsonl',
  limits: IngestLimits,
): AsyncIterable<JsonPiece[]> {
  const decoder = new TextDecoder()
  const cutter = (format === 'json' ? createArrayCutter : createLineCutter)(limits.rowBytesMax)
  for await (const chunk of text) yield cutter.take(decoder.decode(chunk, { stream: true }))
  yield cutter.end()
}

type Placing = {
  placeOf: (key: string, piece: JsonPiece) => number
  cellsOf: (row: object) => Iterable<Entry>
}

/** The batch; at a broken row the rows before it, then its error. */
function* columnar(
  pieces: readonly JsonPiece[],
  columns: string[],
  { placeOf, cellsOf }: Placing,
): Iterable<RawBatch> {
  const cells: Cell[][] = []
  let rows = 0
  let fault: AppError | null = null
  try {
    for (const piece of pieces) {
      const row = parseRow(piece)
      for (const [key, value] of cellsOf(row)) {
        const place = placeOf(key, piece)
        while (cells.length <= place) cells.push([])
        ;(cells[place] as Cell[])[rows] = cellOf(value, piece)
      }
      rows++
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    fault = error
  }
  while (cells.length < columns.length) cells.push([])
  for (const column of cells) for (let row = 0; row < rows; row++) column[row] ??= null
  for (const column of cells) column.length = rows
  if (rows > 0) yield { rows, cells }
  if (fault !== null) throw fault
}

function parseRow(piece: JsonPiece): Record<string, unknown> {
  let value: unknown
  try {
    value = LONG_DIGITS.test(piece.text) ? parseExact(piece.text) : JSON.parse(piece.text)
  } catch {
    throw brokenFile('not JSON', 'Correct the row, or send the rows as CSV.', placeIn(piece))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  const hint = 'Each row is an object: {"name": value, ...}.'
  throw brokenFile('a row that is no object', hint, { line: piece.line, column: piece.column })
}

/** Integers that a number does not hold stay text. */
function parseExact(text: string): unknown {
  const keep = (_key: string, value: unknown, context: { source?: string } = {}): unknown => {
    const exact =
      typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)
    return exact ? value : (context.source ?? value)
  }
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown)
}

function placeIn({ text, line, column }: JsonPiece): { line: number; column: number } {
  const at = jsonFault(text)
  const before = text.slice(0, at)
  const breaks = before.split('\n').length - 1
  const since = before.length - (before.lastIndexOf('\n') + 1)
  return { line: line + breaks, column: (breaks === 0 ? column : 1) + since }
}

function cellOf(value: unknown, piece: JsonPiece): Cell {
  if (typeof value === 'object' && value !== null) return textOf(value, piece)
  return value as Cell
}

/** AppError `invalid_request` for what is nested past any writer's stack. */
function textOf(value: object, piece: JsonPiece): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const hint = 'Send the inner values in rows, or columns, of their own.'
    const place = { line: piece.line, column: piece.column }
    throw brokenFile('a value nested too deeply', hint, place)
  }
}
