// Values of typed files as cells.

import { type IngestLimits, pastLimit, type Unpacked } from './limits.ts'
import type { Cell } from './records.ts'

/** Counts a cell, and gives it back. AppError `payload_too_large` for one that is too long, or one too many. */
export type CellMeter = (cell: Cell) => Cell

export function createCellMeter(unpacked: Unpacked, { cellMax }: IngestLimits): CellMeter {
  return (cell) => {
    if (typeof cell !== 'string') return cell
    if (cell.length > cellMax) throw pastLimit(`a cell of more than ${cellMax} characters`)
    unpacked.take(cell.length)
    return cell
  }
}

/** A number that was stored in 32 bits, as short as it was meant: 0.1, not 0.10000000149011612. */
export function shortFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** An integer as a number where that is exact, else as text. */
export function exactInteger(value: bigint): Cell {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

const SCALE_MAX = 100

/** RangeError for a scale that no decimal has. */
export function checkedScale(scale: number): number {
  if (Math.abs(scale) > SCALE_MAX) throw new RangeError('a decimal of too many digits')
  return scale
}

/** A scaled integer with all its digits. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function uuidOrHex(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return bytes.length === 16 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : hex
}

/** Lists, structs and maps as JSON. */
function nestedText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return exactInteger(inner)
    return inner instanceof Uint8Array ? uuidOrHex(inner) : inner
  })
}

/** What is left when a format's own types are done with: numbers, text, and what can only be told as JSON. */
export function plainCell(value: unknown): Cell {
  switch (typeof value) {
    case 'undefined':
      return null
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return exactInteger(value)
    default:
      if (value === null) return null
      return value instanceof Uint8Array ? uuidOrHex(value) : nestedText(value)
  }
}
