// Dates, datetimes and times read by their layout.

import { daysInMonth, daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { type LayoutPart, parseLayout } from '#engine/rules/layout.ts'
import type { Temporal } from '#engine/table/table.ts'
import { isoMoment } from './iso-moment.ts'

/** Days since 1970, seconds since 1970 UTC, or seconds since midnight; NaN for what is not written so. */
export type DateReader = {
  read(text: string): number
  /** Digits of the fraction of seconds of the last text that was read. */
  decimals(): number
  /** Seconds east of UTC as the last text that was read says; null where it does not. */
  offset(): number | null
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const WEEKDAYS = '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*'
const ISO: Record<Temporal, string> = {
  date: 'yyyy-MM-dd',
  datetime: "yyyy-MM-dd'T'HH:mm:ssXXX",
  time: 'HH:mm:ss',
}
const PIVOT = 70

/** `layout` as in engine/rules/layout.ts; null for ISO 8601, its offset optional. Seconds may have a fraction. */
export function createDateReader(type: Temporal, layout: string | null): DateReader {
  const compiled = compiledOf(layout ?? ISO[type], layout === null)
  if (compiled === null) return { read: () => Number.NaN, decimals: () => 0, offset: () => null }
  const { pattern, order } = compiled
  let decimals = 0
  let offset: number | null = null
  return {
    read(text) {
      if (layout === null) {
        const moment = isoMoment(type, text)
        if (!Number.isNaN(moment)) {
          decimals = 0
          offset = UTC.test(text) ? 0 : null
          return moment
        }
      }
      const match = pattern.exec(text)
      if (match === null) return Number.NaN
      const found: Found = { ...EMPTY }
      for (const [at, name] of order.entries()) take(found, name, match[at + 1])
      decimals = found.decimals
      const written = match[order.indexOf('offset') + 1]
      offset = order.includes('offset') && written !== undefined ? found.offset : null
      return momentOf(found, type)
    },
    decimals: () => decimals,
    offset: () => offset,
  }
}

const UTC = /z$/i

type Compiled = { pattern: RegExp; order: readonly string[] }

/** Searches in columns ask for the same hundreds of layouts again and again. */
const COMPILED = new Map<string, Compiled>()
const COMPILED_MAX = 5000

/** The groups of the pattern are the fields in `order`; null for a layout that is none. */
function compiledOf(layout: string, isIso: boolean): Compiled | null {
  const key = `${isIso} ${layout}`
  const known = COMPILED.get(key)
  if (known !== undefined) return known
  const parts = parseLayout(layout)
  if (!Array.isArray(parts)) return null
  const order: string[] = []
  const source = parts.map((part) => patternOf(part, order, isIso)).join('')
  const compiled = { pattern: new RegExp(`^${source}$`, 'i'), order }
  if (COMPILED.size >= COMPILED_MAX) COMPILED.clear()
  COMPILED.set(key, compiled)
  return compiled
}

type Found = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  offset: number
  half: number
  epoch: number
  dayOfYear: number
  decimals: number
}

const EMPTY: Found = {
  ...{ year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 },
  ...{ offset: 0, half: -1, epoch: Number.NaN, dayOfYear: 0, decimals: 0 },
}

const PATTERNS: Record<string, [padded: string, bare: string]> = {
  year: ['(\\d{4})', '(\\d{4})'],
  year2: ['(\\d{2})', '(\\d{2})'],
  dayOfYear: ['(\\d{3})', '(\\d{1,3})'],
  epoch: ['(-?\\d{1,12})', '(-?\\d{1,12})'],
  second: ['(\\d{2}(?:[.,]\\d{1,9})?)', '(\\d{1,2}(?:[.,]\\d{1,9})?)'],
}

function patternOf(part: LayoutPart, names: string[], isIso: boolean): string {
  if ('text' in part) {
    if (isIso && part.text === 'T') return '[T ]'
    return part.text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  }
  if ('offset' in part) {
    names.push('offset')
    const optional = isIso ? '?' : ''
    return part.offset === 'basic'
      ? '([+-]\\d{4})'
      : ` ?(Z|[+-]\\d{2}:?\\d{2}|[+-]\\d{2})${optional}`
  }
  if ('name' in part) {
    if (part.name === 'weekday' || part.name === 'weekday3') return WEEKDAYS
    names.push(part.name === 'half' ? 'half' : 'monthName')
    if (part.name === 'half') return '([ap])\\.?m\\.?'
    return part.name === 'month3' ? '([a-z]{3})' : '([a-z]{3,9})'
  }
  names.push(part.field)
  const [padded, bare] = PATTERNS[part.field] ?? ['(\\d{2})', '(\\d{1,2})']
  return part.pad > 1 ? padded : bare
}

function take(found: Found, name: string, text: string | undefined): void {
  if (text === undefined) return
  if (name === 'offset') found.offset = offsetOf(text)
  else if (name === 'half') found.half = text.toLowerCase() === 'p' ? 1 : 0
  else if (name === 'monthName') found.month = MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1
  else if (name === 'year2') found.year = Number(text) + (Number(text) < PIVOT ? 2000 : 1900)
  else if (name === 'hour12') found.hour = Number(text)
  else if (name === 'second') {
    found.second = Number(text.replace(',', '.'))
    found.decimals = Math.max(0, text.length - 1 - text.search(/[.,]|$/))
  } else found[name as keyof Found] = Number(text)
}

function offsetOf(text: string): number {
  if (text === 'Z' || text === 'z') return 0
  const digits = text.replace(/\D/g, '')
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4) || 0) * 60
  return text.startsWith('-') ? -seconds : seconds
}

function momentOf(found: Found, type: Temporal): number {
  if (!Number.isNaN(found.epoch)) return found.epoch
  if (found.half >= 0) {
    if (found.hour < 1 || found.hour > 12) return Number.NaN
    found.hour = (found.hour % 12) + 12 * found.half
  }
  if (found.hour > 23 || found.minute > 59 || found.second >= 60)
    if (type !== 'datetime' || !isEdge(found)) return Number.NaN
  const clock = found.hour * 3600 + found.minute * 60 + found.second
  if (type === 'time') return clock
  const days = dayOf(found)
  return type === 'date' ? days : days * SECONDS_PER_DAY + clock - found.offset
}

/** The end of a day as 24:00, and the second that is put in at the end of some hours: the moment behind them. */
function isEdge({ hour, minute, second, half }: Found): boolean {
  if (hour === 24) return half < 0 && minute === 0 && second === 0
  return hour < 24 && minute === 59 && second >= 60 && second < 61
}

function dayOf({ year, month, day, dayOfYear }: Found): number {
  if (dayOfYear > 0)
    return dayOfYear > 366 ? Number.NaN : daysOf({ year, month: 1, day: 1 }) + dayOfYear - 1
  return day >= 1 && day <= daysInMonth(year, month) ? daysOf({ year, month, day }) : Number.NaN
}
