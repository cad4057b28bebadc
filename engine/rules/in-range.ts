// Computed numbers stay where every format can write them: whole numbers and decimals within 2^53, years 1 to 9999.

import type { ResolvedColumn } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import type { Kernel } from './kernel.ts'
import type { NumberType, NumberVector } from './vector.ts'

const FIRST_DAY = daysOf({ year: 1, month: 1, day: 1 })
const LAST_DAY = daysOf({ year: 9999, month: 12, day: 31 })

type Range = { least: number; most: number; said: (value: number) => string }

const whole: Range = {
  least: -Number.MAX_SAFE_INTEGER,
  most: Number.MAX_SAFE_INTEGER,
  said: (value) => `${value} is beyond 2^53`,
}
const years = { said: () => 'a date lies outside the years 1 to 9999' }

const RANGES: Partial<Record<NumberType, Range>> = {
  int: whole,
  decimal: whole,
  date: { ...years, least: FIRST_DAY, most: LAST_DAY },
  datetime: {
    ...years,
    least: FIRST_DAY * SECONDS_PER_DAY,
    most: (LAST_DAY + 1) * SECONDS_PER_DAY - 1,
  },
}

/** The kernel, whose `fill` throws `generation_failed` for a number out of its type's range; nulls are none. */
export function inRange(kernel: Kernel, { name }: ResolvedColumn): Kernel {
  const { vector } = kernel
  const range = vector.kind === 'number' ? RANGES[vector.type] : undefined
  if (vector.kind !== 'number' || range === undefined) return kernel
  return {
    vector,
    fill(rows) {
      kernel.fill(rows)
      const at = firstOutside(vector, range, rows.n)
      if (at < 0) return
      const value = (vector.values[at] as number) / 10 ** vector.scale
      throw new AppError('generation_failed', `column ${name}: ${range.said(value)}`)
    },
  }
}

function firstOutside({ values, nulls }: NumberVector, { least, most }: Range, n: number): number {
  for (let i = 0; i < n; i++) {
    const value = values[i] as number
    if ((value < least || value > most) && nulls?.[i] !== 1) return i
  }
  return -1
}
