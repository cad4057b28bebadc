// What apache-arrow gives for a value, as the engine's own scalar.

import type { ColumnType, Scalar } from '#engine/config/types.ts'
import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function decimal([low = 0, high = 0]: Uint32Array, scale: number): number {
  return Number(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))) / 10 ** scale
}

/** The value of a column of this type; `scale` is that of decimals. */
export function arrowScalar(value: unknown, type: ColumnType, scale = 0): Scalar {
  if (value === null || typeof value === 'string') return value
  if (value instanceof Uint8Array) return uuidText(value)
  if (value instanceof Uint32Array) return decimal(value, scale)
  if (type === 'date') return dateText(Number(value) / 86_400_000)
  if (type === 'datetime') return datetimeText(Number(value) / 1000)
  if (type === 'time') return timeText(Number(value) / 1e6)
  return typeof value === 'bigint' ? Number(value) : (value as Scalar)
}
