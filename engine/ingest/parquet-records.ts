// Rows of Parquet as columns of cells, a row group at a time, by hyparquet.

import { parquetSchema, type SchemaElement } from 'hyparquet'
import { AppError } from '#engine/errors.ts'
import { distinctNames } from './column-names.ts'
import { clockText, dayText, momentText } from './iso-text.ts'
import { brokenFile, createUnpacked, type IngestLimits, pastLimit } from './limits.ts'
import { createFieldReader, Moment } from './parquet-field.ts'
import { readFooter } from './parquet-footer.ts'
import type { Cell, FormatRecords, RandomAccess, RawBatch } from './records.ts'
import { checkedScale, createCellMeter, plainCell, shortFloat } from './typed-cell.ts'

const BATCH_ROWS = 4096
const HINT = 'Write the file again, with Snappy, gzip, zstd or no compression, or send it as CSV.'

/**
 * Groups that end within the first `skip` rows come without cells. AppError `invalid_request` for a file that is
 * damaged, `payload_too_large` for blocks past the limit.
 */
export async function readParquet(
  file: RandomAccess,
  limits: IngestLimits,
  skip = 0,
): Promise<FormatRecords> {
  const metadata = await guarded(() => readFooter(file, limits))
  const tree = await guarded(async () => parquetSchema(metadata))
  const fields = tree.children
  if (fields.length > limits.columnsMax) throw pastLimit(`more than ${limits.columnsMax} columns`)
  const { columns, warnings } = distinctNames(fields.map(({ element }) => element.name ?? ''))
  const unpacked = createUnpacked(limits)
  unpacked.came(file.byteLength)
  for (const group of metadata.row_groups)
    unpacked.take(Number(group.num_rows) * group.columns.length)
  const meter = createCellMeter(unpacked, limits)
  const readField = createFieldReader({ file, limits, unpacked })
  const batches = async function* (): AsyncIterable<RawBatch> {
    let end = 0
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows)
      end += rows
      if (end <= skip) {
        yield { rows, cells: [] }
        continue
      }
      const cells: Cell[][] = []
      for (const field of fields) {
        const column = await guarded(async () => {
          const cell = cellReader(field.element)
          return Array.from(await readField(field, group), (value) => meter(cell(value)))
        })
        cells.push(column)
      }
      yield* batchesOf(cells, rows)
    }
  }
  return { columns, batches: batches(), warnings: () => warnings }
}

function* batchesOf(group: readonly Cell[][], rows: number): Iterable<RawBatch> {
  for (let at = 0; at < rows; at += BATCH_ROWS) {
    const end = Math.min(at + BATCH_ROWS, rows)
    yield { rows: end - at, cells: group.map((column) => column.slice(at, end)) }
  }
}

/** What the library throws of a file that it cannot read. */
async function guarded<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof AppError) throw error
    if (error instanceof Error && error.name === 'AbortError') throw error
    const broken = brokenFile('the Parquet file is damaged or in a form that is not read', HINT)
    broken.cause = error
    throw broken
  }
}

function momentCell({ micros }: Moment, isUtc: boolean): Cell {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  return momentText(Number((micros - rest) / 1_000_000n), Number(rest), isUtc)
}

function cellReader(element: SchemaElement): (value: unknown) => Cell {
  const { converted_type: converted, logical_type: logical, type } = element
  const present = (read: (value: unknown) => Cell) => (value: unknown) =>
    value === null || value === undefined ? null : read(value)
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = checkedScale(element.scale ?? 0)
    return present((value) => Number(value).toFixed(scale))
  }
  if (converted === 'DATE') return present((value) => dayText(Number(value)))
  if (converted?.startsWith('TIME_') || logical?.type === 'TIME') {
    const perMicro = timeScale(element)
    return present((value) => clockText(Math.round(Number(value) * perMicro)))
  }
  if (type === 'FLOAT') return present((value) => shortFloat(Number(value)))
  const isUtc = logical?.type !== 'TIMESTAMP' || logical.isAdjustedToUTC
  return (value) => (value instanceof Moment ? momentCell(value, isUtc) : plainCell(value))
}

/** Microseconds in a unit of the column's times. */
function timeScale({ converted_type: converted, logical_type: logical }: SchemaElement): number {
  const unit =
    logical?.type === 'TIME' ? logical.unit : converted === 'TIME_MILLIS' ? 'MILLIS' : 'MICROS'
  return unit === 'MILLIS' ? 1000 : unit === 'MICROS' ? 1 : 0.001
}
