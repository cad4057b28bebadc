// Rows of CSV as columns of cells, by csv-parse.

import type { Parser } from 'csv-parse'
import { cellText } from '#engine/table/byte-cells.ts'
import { type ByteRowsReader, byteColumns, createByteRows, textRows } from './byte-rows.ts'
import { behind, inPieces, peek } from './bytes.ts'
import { distinctNames } from './column-names.ts'
import { createCsvParser, ended, isCsvError, placed, written } from './csv-parsing.ts'
import { saidDelimiter, sniffDialect } from './dialect.ts'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'
import type { Cell, Dialect, FormatRecords, RawBatch, TextPlace } from './records.ts'
import type { ByteRows } from './row-cutter.ts'

const HEAD_BYTES = 1 << 16
const BATCH_ROWS = 1000
/** Of text that long rows are fewer in. */
const BATCH_BYTES = 1 << 22
/** What is worth a batch, and fits the cache of a processor as one. */
const PIECE_BYTES = 1 << 17

/** Text of this dialect from a place on that an earlier reading was at. */
export function readCsvFrom(
  text: AsyncIterable<Uint8Array>,
  { dialect, place }: { dialect: Dialect; place: TextPlace },
  limits: IngestLimits,
): FormatRecords {
  const { columns } = place
  const reading = createReading(dialect, limits, { isOld: false, place })
  const pieces = piecesOf(text, reading, limits, { asText: false })
  const batches = (async function* (): AsyncIterable<RawBatch> {
    for await (const piece of pieces) yield reading.took(columnar(piece, reading))
  })()
  return { columns, batches, warnings: () => reading.warnings(), place: () => reading.place() }
}

/** Reads UTF-8 without a mark. Quoted nothing is '', nothing is null. */
export async function readCsv(
  text: AsyncIterable<Uint8Array>,
  given: Partial<Dialect>,
  limits: IngestLimits,
): Promise<FormatRecords & { dialect: Dialect }> {
  const { head, whole: all, ended } = await peek(text, HEAD_BYTES)
  const said = saidDelimiter(Buffer.from(head.subarray(0, 8)).toString())
  const opening = Buffer.from(head.subarray(said?.length ?? 0)).toString()
  const whole = said === null ? all : behind(all, said.length)
  const dialect = sniffDialect(opening, ended, {
    ...(said && { delimiter: said.delimiter }),
    ...given,
  })
  const isOld = opening.includes('\r') && !opening.includes('\n')
  const above = { rows: 0, bytes: said?.length ?? 0, lines: said === null ? 0 : 1, columns: [] }
  const reading = createReading(dialect, limits, { isOld, place: above })
  const iterator = piecesOf(whole, reading, limits, { asText: true })
  const begun = await iterator.next()
  // The first rows are few, and come as text.
  const first = begun.done === true ? [] : (begun.value as Row[])
  const header = dialect.header ? first[0] : first[0]?.map(() => null)
  if (header === undefined)
    throw brokenFile('the file is empty', 'Send a file with a line of names and at least one row.')
  if (header.length > limits.columnsMax)
    throw pastLimit(`more than ${limits.columnsMax} columns`, { line: 1 })
  const names = distinctNames(header.map((name) => (name === null ? '' : String(name).trim())))
  reading.columns = names.columns
  const body = dialect.header ? first.slice(1) : first
  requireTable(body, names.columns.length)
  const batches = (async function* (): AsyncIterable<RawBatch> {
    try {
      if (body.length > 0) yield reading.took(columnar(body, reading))
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield reading.took(columnar(next.value, reading))
    } finally {
      await iterator.return(undefined)
    }
  })()
  const warnings = (): string[] => [...names.warnings, ...reading.warnings()]
  const place = (): TextPlace | null => reading.place()
  return { dialect, columns: names.columns, batches, warnings, place }
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
  columns: readonly string[]
  /** The same batch, which the place is behind as long as reading is quick. */
  took(batch: RawBatch): RawBatch
  place(): TextPlace | null
  /** Line on which the row behind the last whole one begins. */
  nextLine(): number
  ragged(cells: number): void
  warnings(): string[]
}

/** `isOld`: lines end with a carriage return alone; `place`: where it begins. */
function createReading(
  dialect: Dialect,
  limits: IngestLimits,
  { isOld, place }: { isOld: boolean; place: TextPlace },
): Reading {
  let line = 1
  let skipped = place.lines
  let [rows, behind]: [number, TextPlace | null] = [place.rows, null]
  const counts = { short: 0, long: 0 }
  const parser = createCsvParser(dialect, limits, {
    isOld,
    onRow(lines) {
      line = lines + 1
    },
  })
  return {
    parser,
    quick: isOld ? null : createByteRows(dialect, limits),
    skip(lines) {
      skipped = place.lines + lines
    },
    columns: place.columns,
    took(batch) {
      rows += batch.rows
      const { quick, columns } = this
      const [bytes, lines] = [
        place.bytes + (quick?.bytes() ?? 0),
        place.lines + (quick?.lines() ?? 0),
      ]
      if (quick !== null) behind = { rows, bytes, lines, columns }
      return batch
    },
    place: () => behind,
    nextLine: () => skipped + line,
    ragged(cells) {
      if (cells < this.columns.length) counts.short++
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

/** Batches of BATCH_ROWS rows at least, but for the last: bytes as far as rows are plain. `asText`: the first is text. */
async function* piecesOf(
  text: AsyncIterable<Uint8Array>,
  reading: Reading,
  limits: IngestLimits,
  { asText }: { asText: boolean },
): AsyncGenerator<Piece, undefined, undefined> {
  const { parser } = reading
  let rows: Row[] = []
  let [sinceRow, sinceBatch] = [0, 0]
  let isFirst = asText
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

function columnar(piece: Piece, reading: Reading): RawBatch {
  return Array.isArray(piece) ? batchOfText(piece, reading) : batchOfBytes(piece, reading)
}

function batchOfText(rows: readonly Row[], reading: Reading): RawBatch {
  const cells: Cell[][] = Array.from(
    { length: reading.columns.length },
    () => new Array(rows.length),
  )
  for (const [at, row] of rows.entries()) {
    if (row.length !== reading.columns.length) reading.ragged(row.length)
    for (let c = 0; c < reading.columns.length; c++) (cells[c] as Cell[])[at] = row[c] ?? null
  }
  return { rows: rows.length, cells }
}

function batchOfBytes(found: ByteRows, reading: Reading): RawBatch {
  const { rows } = found
  const bytes = byteColumns(found, reading.columns.length, (cells) => reading.ragged(cells))
  return {
    ...{ rows, bytes },
    get cells() {
      return bytes.map((column) => Array.from({ length: rows }, (_, row) => cellText(column, row)))
    },
  }
}
