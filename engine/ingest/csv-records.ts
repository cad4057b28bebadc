// Rows of CSV as columns of cells, by csv-parse.

import { type CsvError, type InfoRecord, type Options, type Parser, parse } from 'csv-parse'
import { cellText } from '#engine/table/byte-cells.ts'
import {
  type ByteRows,
  type ByteRowsReader,
  byteColumns,
  createByteRows,
  textRows,
} from './byte-rows.ts'
import { behind, inPieces, peek } from './bytes.ts'
import { distinctNames } from './column-names.ts'
import { saidDelimiter, sniffDialect } from './dialect.ts'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'
import type { Cell, Dialect, RawBatch } from './records.ts'

const HEAD_BYTES = 1 << 16
const BATCH_ROWS = 1000
/** Of text that long rows are fewer in. */
const BATCH_BYTES = 1 << 22
/** What is worth a batch, and fits the cache of a processor as one. */
const PIECE_BYTES = 1 << 17

export type TextRecords = {
  columns: readonly string[]
  batches: AsyncIterable<RawBatch>
  warnings(): string[]
}

/** Reads UTF-8 without a mark. Quoted nothing is '', nothing is null. */
export async function readCsv(
  text: AsyncIterable<Uint8Array>,
  given: Partial<Dialect>,
  limits: IngestLimits,
): Promise<TextRecords & { dialect: Dialect }> {
  const { head, whole: all, ended } = await peek(text, HEAD_BYTES)
  const said = saidDelimiter(Buffer.from(head.subarray(0, 8)).toString())
  const opening = Buffer.from(head.subarray(said?.length ?? 0)).toString()
  const whole = said === null ? all : behind(all, said.length)
  const dialect = sniffDialect(opening, ended, {
    ...(said && { delimiter: said.delimiter }),
    ...given,
  })
  const isOld = opening.includes('\r') && !opening.includes('\n')
  const reading = createReading(dialect, limits, { isOld, above: said === null ? 0 : 1 })
  const iterator = piecesOf(whole, reading, limits)
  const begun = await iterator.next()
  // The first rows are few, and come as text.
  const first = begun.done === true ? [] : (begun.value as Row[])
  const header = dialect.header ? first[0] : first[0]?.map(() => null)
  if (header === undefined)
    throw brokenFile('the file is empty', 'Send a file with a line of names and at least one row.')
  if (header.length > limits.columnsMax)
    throw pastLimit(`more than ${limits.columnsMax} columns`, { line: 1 })
  const names = distinctNames(header.map((name) => (name === null ? '' : String(name).trim())))
  reading.width = names.columns.length
  const body = dialect.header ? first.slice(1) : first
  requireTable(body, names.columns.length)
  const batches = (async function* (): AsyncIterable<RawBatch> {
    try {
      if (body.length > 0) yield columnar(body, reading)
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield columnar(next.value, reading)
    } finally {
      await iterator.return(undefined)
    }
  })()
  const warnings = (): string[] => [...names.warnings, ...reading.warnings()]
  return { dialect, columns: names.columns, batches, warnings }
}

type Row = Cell[]
type Piece = Row[] | ByteRows

const JUDGED_ROWS_LEAST = 2

/** Throws where most of the first rows have values beyond the last column: their names are not those of the first line. */
function requireTable(rows: readonly Row[], width: number): void {
  const isLong = (row: Row): boolean => row.slice(width).some((cell) => cell !== null)
  const long = rows.filter(isLong).length
  if (rows.length < JUDGED_ROWS_LEAST || 2 * long <= rows.length) return
  throw brokenFile(
    `of the ${rows.length} rows that follow, ${long} have more cells than the ${width} of this line`,
    'Send a table as CSV: its first line names every column, nothing stands above it.',
    { line: 1 },
  )
}

type Reading = {
  parser: Parser
  /** Reads until it meets what needs the parser; null from then on. */
  quick: ByteRowsReader | null
  /** The parser goes on behind so many lines. */
  skip(lines: number): void
  width: number
  /** Line on which the row behind the last whole one begins. */
  nextLine(): number
  ragged(cells: number): void
  warnings(): string[]
}

/** `isOld`: lines end with a carriage return alone; `above`: lines before the table. */
function createReading(
  dialect: Dialect,
  limits: IngestLimits,
  { isOld, above }: { isOld: boolean; above: number },
): Reading {
  let line = 1
  let skipped = above
  const counts = { short: 0, long: 0 }
  const onRecord = (record: string[], { lines }: InfoRecord): string[] => {
    line = lines + 1
    return record
  }
  const options: Options = {
    ...{ delimiter: dialect.delimiter, quote: dialect.quote, escape: dialect.escape },
    cast: (value, { quoting }) => (value === '' && !(quoting && keepsEmpty) ? null : value),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: dialect.trim,
    record_delimiter: isOld ? ['\r'] : ['\r\n', '\n'],
    max_record_size: limits.cellMax,
    on_record: onRecord,
  }
  const keepsEmpty = dialect.quotedEmpty === 'text'
  const parser = parse({ ...options, readableHighWaterMark: Number.MAX_SAFE_INTEGER } as Options)
  // Whoever writes to it is told of errors by the call.
  parser.on('error', () => undefined)
  return {
    parser,
    quick: isOld ? null : createByteRows(dialect, limits),
    skip(lines) {
      skipped = above + lines
    },
    width: 0,
    nextLine: () => skipped + line,
    ragged(cells) {
      if (cells < this.width) counts.short++
      else counts.long++
    },
    warnings() {
      const said: string[] = []
      if (counts.short > 0)
        said.push(`${counts.short} rows have too few cells; the missing ones are null`)
      if (counts.long > 0)
        said.push(`${counts.long} rows have too many cells; the last ones are left out`)
      return said
    },
  }
}

/** Rows in batches of at least BATCH_ROWS, but for the last; the first are text, whole in bytes as far as they are plain. */
async function* piecesOf(
  text: AsyncIterable<Uint8Array>,
  reading: Reading,
  limits: IngestLimits,
): AsyncGenerator<Piece, undefined, undefined> {
  const { parser } = reading
  let rows: Row[] = []
  let [sinceRow, sinceBatch] = [0, 0]
  let isFirst = true
  const take = (): void => {
    for (let row = parser.read() as Row | null; row !== null; row = parser.read() as Row | null) {
      rows.push(row)
      sinceRow = 0
    }
  }
  try {
    for await (const chunk of inPieces(text, PIECE_BYTES)) {
      sinceBatch += chunk.length
      if (reading.quick) {
        const found = reading.quick.take(chunk)
        if (isFirst) for (const row of textRows(found)) rows.push(row)
        else if (found.rows > 0) yield found
        if (reading.quick.stuck()) sinceRow += await handOver(reading)
      } else {
        await written(parser, chunk)
        sinceRow += chunk.length
      }
      take()
      if (sinceRow > limits.rowBytesMax)
        throw pastLimit(`a row of more than ${limits.rowBytesMax} bytes`, {
          line: reading.nextLine(),
        })
      if (rows.length === 0 || (rows.length < BATCH_ROWS && sinceBatch < BATCH_BYTES)) continue
      yield rows
      rows = []
      sinceBatch = 0
      isFirst = false
    }
    await handOver(reading)
    await ended(parser)
    take()
  } catch (error) {
    take()
    if (rows.length > 0) yield rows
    throw isCsvError(error) ? placed(error, reading.nextLine(), limits) : error
  } finally {
    parser.destroy()
  }
  if (rows.length > 0) yield rows
}

/** What quick reading left is the parser's; bytes of it. */
async function handOver(reading: Reading): Promise<number> {
  const { quick, parser } = reading
  if (quick === null) return 0
  reading.quick = null
  reading.skip(quick.lines())
  const rest = quick.rest()
  if (rest.length > 0) await written(parser, rest)
  return rest.length
}

function written(parser: Parser, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject)
    parser.write(chunk, (error) => {
      parser.off('error', reject)
      if (error) reject(error)
      else resolve()
    })
  })
}

function ended(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject)
    parser.once('finish', resolve)
    parser.end()
  })
}

function isCsvError(error: unknown): error is CsvError {
  return String((error as { code?: unknown }).code).startsWith('CSV_')
}

function placed(error: CsvError, line: number, limits: IngestLimits): Error {
  const column = Number(error['column']) + 1 || 1
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return pastLimit(`a row with more than ${limits.cellMax} characters, or a quote not closed`, {
      line,
    })
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return brokenFile('a quote that is never closed', 'Close it, or double the quotes inside.', {
      line,
    })
  const hint = 'Correct the line, or name the delimiter, quote and escape of the file.'
  return brokenFile('cells that cannot be told apart', hint, { line, column })
}

function columnar(piece: Piece, reading: Reading): RawBatch {
  return Array.isArray(piece) ? batchOfText(piece, reading) : batchOfBytes(piece, reading)
}

function batchOfText(rows: readonly Row[], reading: Reading): RawBatch {
  const cells: Cell[][] = Array.from({ length: reading.width }, () => new Array(rows.length))
  for (const [at, row] of rows.entries()) {
    if (row.length !== reading.width) reading.ragged(row.length)
    for (let c = 0; c < reading.width; c++) (cells[c] as Cell[])[at] = row[c] ?? null
  }
  return { rows: rows.length, cells }
}

function batchOfBytes(found: ByteRows, reading: Reading): RawBatch {
  const { rows } = found
  const bytes = byteColumns(found, reading.width, (cells) => reading.ragged(cells))
  return {
    ...{ rows, bytes },
    get cells() {
      return bytes.map((column) => Array.from({ length: rows }, (_, row) => cellText(column, row)))
    },
  }
}
