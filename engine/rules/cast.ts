// Brings what a rule draws to the type that its column declares.

import type { ResolvedColumn } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { parseTime, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { divideRounded, pow10, roundHalfAway } from '#engine/math/decimal.ts'
import { inRange } from './in-range.ts'
import type { Kernel } from './kernel.ts'
import { numberTypeOf } from './literal.ts'
import { textAt } from './read.ts'
import { textKernel } from './text-kernel.ts'
import { type NumberType, type NumberVector, numberVector } from './vector.ts'

type Convert = (value: number) => number

const same: Convert = (value) => value

const secondOfDay: Convert = (value) =>
  value - Math.floor(value / SECONDS_PER_DAY) * SECONDS_PER_DAY

function toDecimal(from: NumberVector, scale: number): Convert | null {
  const unit = pow10(scale)
  if (from.type === 'float') return (value) => roundHalfAway(value * unit)
  if (from.type !== 'int' && from.type !== 'decimal' && from.type !== 'bool') return null
  if (from.scale <= scale) {
    const factor = pow10(scale - from.scale)
    return (value) => value * factor
  }
  const factor = pow10(from.scale - scale)
  return (value) => divideRounded(value, factor)
}

function toFloat(from: NumberVector): Convert | null {
  if (from.type === 'date' || from.type === 'datetime' || from.type === 'time') return null
  const unit = pow10(from.scale)
  return from.type === 'decimal' ? (value) => value / unit : same
}

/** How to get from a vector's numbers to another type; null where it makes no sense. */
function conversion(from: NumberVector, to: NumberType, scale: number): Convert | null {
  if (from.type === to && (to !== 'decimal' || from.scale === scale)) return same
  switch (to) {
    case 'int':
      return from.type === 'duration' ? same : toDecimal(from, 0)
    case 'decimal':
      return toDecimal(from, scale)
    case 'float':
      return toFloat(from)
    case 'bool':
      return from.type === 'int' ? (value) => (value === 0 ? 0 : 1) : null
    case 'date':
      return from.type === 'datetime' ? (value) => Math.floor(value / SECONDS_PER_DAY) : null
    case 'datetime':
      return from.type === 'date' ? (value) => value * SECONDS_PER_DAY : null
    case 'time':
      return from.type === 'datetime' ? secondOfDay : null
    case 'duration':
      return null
  }
}

function mismatch(column: ResolvedColumn, what: string): AppError {
  const message = `column ${column.name} is ${column.type}, its rule gives ${what}`
  return new AppError('invalid_config', message)
}

function castNumber(
  kernel: Kernel<NumberVector>,
  type: NumberType,
  column: ResolvedColumn,
  capacity: number,
): Kernel {
  const from = kernel.vector
  const scale = type === 'decimal' ? (column.scale ?? 2) : type === 'float' ? from.scale : 0
  const convert = conversion(from, type, scale)
  if (!convert) throw mismatch(column, from.type)
  if (convert === same) return { ...kernel, vector: { ...from, type, scale } }
  const vector = { ...numberVector(type, scale, capacity), nulls: from.nulls }
  const converted: Kernel = {
    vector,
    fill(rows) {
      kernel.fill(rows)
      for (let i = 0; i < rows.n; i++) vector.values[i] = convert(from.values[i] as number)
    },
  }
  return inRange(converted, column)
}

function castText(kernel: Kernel, capacity: number): Kernel {
  const from = kernel.vector
  if (from.kind !== 'number') return kernel
  if (from.shown) return { ...kernel, vector: { ...from.shown, nulls: from.nulls } }
  if (from.type === 'int' && !from.nulls) {
    const pieces = [{ kind: 'integer', values: from.values, pad: 0 } as const]
    return { ...kernel, vector: { kind: 'pieces', pieces, nulls: null } }
  }
  const text = textKernel(capacity, kernel.fill, (i) => textAt(from, i))
  return { ...text, vector: { ...text.vector, nulls: from.nulls } }
}

/** Times out of text, which is what expressions make of them. */
function readTimes(kernel: Kernel, column: ResolvedColumn, capacity: number): Kernel {
  const from = kernel.vector
  const vector = { ...numberVector('time', 0, capacity), nulls: from.nulls }
  return {
    vector,
    fill(rows) {
      kernel.fill(rows)
      for (let i = 0; i < rows.n; i++) {
        if (from.nulls?.[i] === 1) continue
        const text = textAt(from, i)
        const seconds = parseTime(text)
        if (seconds === null) {
          throw new AppError('generation_failed', `column ${column.name}: "${text}" is no time`)
        }
        vector.values[i] = seconds
      }
    },
  }
}

/** The kernel with values of the column's type; AppError `invalid_config` where they do not fit it. */
export function castKernel(kernel: Kernel, column: ResolvedColumn, capacity: number): Kernel {
  const type = numberTypeOf(column.type)
  if (type === null) return castText(kernel, capacity)
  const { vector } = kernel
  if (vector.kind !== 'number') {
    if (type === 'time') return readTimes(kernel, column, capacity)
    throw mismatch(column, 'text')
  }
  return castNumber({ vector, fill: kernel.fill }, type, column, capacity)
}
