// Rows of Arrow as columns of cells, a record batch at a time, by apache-arrow.

import { DataType, TimeUnit, type Vector } from 'apache-arrow'
import { AppError } from '#engine/errors.ts'
import { damagedArrow, openArrow } from './arrow-batches.ts'
import { distinctNames } from './column-names.ts'
import { clockText, dayText, momentText } from './iso-text.ts'
import { createUnpacked, type IngestLimits, pastLimit } from './limits.ts'
import type { Cell, FormatRecords, RawBatch } from './records.ts'
import {
  type CellMeter,
  checkedScale,
  createCellMeter,
  decimalText,
  exactInteger,
  plainCell,
  shortFloat,
} from './typed-cell.ts'

const BATCH_ROWS = 4096

/** As `openArrow`; AppError `payload_too_large` for too many columns. */
export async function readArrow(
  source: AsyncIterable<Uint8Array>,
  limits: IngestLimits,
): Promise<FormatRecords> {
  const unpacked = createUnpacked(limits)
  const opened = await openArrow(source, { limits, unpacked })
  const { fields } = opened.schema
  if (fields.length > limits.columnsMax) throw pastLimit(`more than ${limits.columnsMax} columns`)
  const { columns, warnings } = distinctNames(fields.map(({ name }) => String(name)))
  const meter = createCellMeter(unpacked, limits)
  const batches = async function* (): AsyncIterable<RawBatch> {
    try {
      for (let batch = await opened.next(); batch !== null; batch = await opened.next()) {
        const read = batch
        for (let at = 0; at < read.numRows; at += BATCH_ROWS) {
          const rows = Math.min(BATCH_ROWS, read.numRows - at)
          const cellsAt = (c: number): Cell[] => cellsOf(read.getChildAt(c), { at, rows, meter })
          yield lazyBatch(rows, () => columns.map((_, c) => cellsAt(c)))
        }
      }
    } finally {
      await opened.cancel()
    }
  }
  return { columns, batches: batches(), warnings: () => warnings }
}

/** Its cells are made where they are asked for. */
function lazyBatch(rows: number, make: () => Cell[][]): RawBatch {
  let made: Cell[][] | null = null
  return {
    rows,
    get cells() {
      try {
        made ??= make()
      } catch (error) {
        throw error instanceof AppError ? error : damagedArrow(error)
      }
      return made
    },
  }
}

type Span = { at: number; rows: number; meter: CellMeter }

function cellsOf(vector: Vector | null, { at, rows, meter }: Span): Cell[] {
  const cells: Cell[] = new Array(rows).fill(null)
  if (vector === null) return cells
  const read = cellReader(vector.type as DataType)
  for (let row = 0; row < rows; row++) {
    const value: unknown = vector.get(at + row)
    if (value !== null && value !== undefined) cells[row] = meter(read(value))
  }
  return cells
}

function cellReader(type: DataType): (value: unknown) => Cell {
  if (DataType.isDictionary(type)) return cellReader(type.dictionary as DataType)
  if (DataType.isDate(type)) return (value) => dayText(Math.floor(Number(value) / 86_400_000))
  if (DataType.isTimestamp(type)) {
    const isUtc = type.timezone !== null && type.timezone !== undefined
    return (value) => millisText(Number(value), isUtc)
  }
  if (DataType.isTime(type)) {
    const micros = MICROS_PER[type.unit]
    return (value) => clockText(Math.round(Number(value) * micros))
  }
  if (DataType.isDecimal(type)) {
    const scale = checkedScale(type.scale)
    return (value) => decimalText(signed(value as Uint32Array), scale)
  }
  if (DataType.isFloat(type) && type.precision < 2) return (value) => shortFloat(Number(value))
  if (DataType.isInt(type))
    return (value) => (typeof value === 'bigint' ? exactInteger(value) : (value as number))
  return plainCell
}

const MICROS_PER: Record<TimeUnit, number> = {
  [TimeUnit.SECOND]: 1e6,
  [TimeUnit.MILLISECOND]: 1000,
  [TimeUnit.MICROSECOND]: 1,
  [TimeUnit.NANOSECOND]: 0.001,
}

function millisText(millis: number, isUtc: boolean): Cell {
  const seconds = Math.floor(millis / 1000)
  const micros = Math.round((millis - seconds * 1000) * 1000)
  return micros === 1e6 ? momentText(seconds + 1, 0, isUtc) : momentText(seconds, micros, isUtc)
}

/** Little-endian words, two's complement. */
function signed(words: Uint32Array): bigint {
  let value = 0n
  for (let at = words.length - 1; at >= 0; at--)
    value = (value << 32n) | BigInt(words[at] as number)
  return BigInt.asIntN(words.length * 32, value)
}
