// Rules of the config language that make values like those of a column without holding any of them: for columns that
// are neither learned nor copied (ids, free text, what says something about a person).

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import type { GeneratedRule } from '#engine/models/prepare.ts'
import {
  type CategoryColumn,
  type Column,
  extremes,
  isPersonal,
  type NumberColumn,
  type Semantic,
  type TextColumn,
} from '#engine/table/table.ts'
import { sampleTexts, textsOf } from './column-texts.ts'
import { inferRegex } from './inferred-regex.ts'
import { isProse, proseRule } from './prose.ts'
import { sequenceRule } from './sequence-rule.ts'
import { sharedPrefix } from './shared-prefix.ts'

/** Texts that are looked at, spread over the column; prefixes and sequences are checked in all of them. */
const SAMPLE = 10_000

/**
 * For text and categories a rule of a `str` column, for numbers one of the column's own type. What it holds: the
 * meaning; how many letters and digits stand where, and signs between them that 5 rows have; how many words and
 * digits; words that all of at least 50 different values begin with, unless they are personal. Nulls are the caller's.
 */
export function ruleFor(column: Column): GeneratedRule {
  return ruleForShare(column, 1)
}

/** The same for a column of which this share of the rows is there. */
export function ruleForShare(column: Column, share: number): GeneratedRule {
  if (column.kind === 'number') return countingRule(column, share) ?? numberRule(column)
  const sample = sampleTexts(column, SAMPLE)
  if (!sample.some((text) => text !== '')) return { type: 'constant', value: '' }
  return meantRule(column.field.semantic, sample) ?? textRule(column, sample, share)
}

const LOWER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function textRule(
  column: TextColumn | CategoryColumn,
  sample: readonly string[],
  share: number,
): GeneratedRule {
  if (sample.every((text) => LOWER_UUID.test(text))) return { type: 'uuid' }
  const personal = isPersonal(column.field)
  const prefix = personal ? '' : sharedPrefix(textsOf(column))
  const sequence = personal ? null : sequenceRule(textsOf(column), prefix, share)
  if (sequence !== null) return sequence
  const rests = prefix === '' ? sample : sample.map((text) => text.slice(prefix.length))
  if (isProse(rests)) return proseRule(sample)
  const isId = column.field.type === 'id' && !personal
  const value = isId
    ? inferRegex([...textsOf(column)], prefix, { apart: true })
    : inferRegex(sample, prefix)
  return value === null ? { type: 'word' } : { type: 'regex', value }
}

/** Meanings that a rule of the same name makes. */
const RULES_OF_THEIR_OWN: ReadonlySet<Semantic> = new Set<Semantic>([
  'email',
  'first_name',
  'last_name',
  'full_name',
  'username',
  'street',
  'address',
  'city',
  'postcode',
  'iban',
  'card_number',
  'ip',
  'ipv6',
  'mac',
  'url',
  'domain',
  'company',
  'job',
  'currency',
  'gender',
])

const SHORT_STATE = 3

function meantRule(semantic: Semantic | null, sample: readonly string[]): GeneratedRule | null {
  if (semantic === null) return null
  const longest = sample.reduce((length, text) => Math.max(length, text.length), 0)
  if (semantic === 'phone') return { type: 'phone', format: phoneFormat(sample) }
  if (semantic === 'country') return { type: longest === 2 ? 'country_code' : 'country' }
  if (semantic === 'state') return { type: 'state', abbreviated: longest <= SHORT_STATE }
  return RULES_OF_THEIR_OWN.has(semantic) ? { type: semantic } : null
}

function phoneFormat(sample: readonly string[]): 'national' | 'e164' | 'international' {
  const abroad = sample.filter((text) => text.startsWith('+')).length
  if (2 * abroad < sample.length) return 'national'
  return sample.filter((text) => /^\+\d+$/.test(text)).length > abroad / 2
    ? 'e164'
    : 'international'
}

const DECADE_YEARS = 10

/** Ids may be numbers too. */
function countingRule({ field, values }: NumberColumn, share: number): GeneratedRule | null {
  if (field.type !== 'integer') return null
  const present = values.filter((value) => !Number.isNaN(value))
  return sequenceRule(Array.from(present, String), '', share)
}

/** From the digits of the greatest number and its sign alone; of dates the decades. */
function numberRule({ field, values }: NumberColumn): GeneratedRule {
  let [least, most] = extremes(values)
  if (least > most) [least, most] = [0, 0]
  if (field.type === 'time') return { type: 'range', min: '00:00:00', max: '23:59:59' }
  if (field.type === 'date') return decades(least * SECONDS_PER_DAY, most * SECONDS_PER_DAY)
  if (field.type === 'datetime') return decades(least, most)
  const decimals = field.type === 'decimal' ? { decimals: Math.min(field.decimals, 15) } : {}
  const [min, max] = [lowestOfDigits(least), -lowestOfDigits(-most)]
  return { type: 'range', min: Math.min(min, max), max: Math.max(min, max), ...decimals }
}

/** The power of ten at or below a positive number, beyond a negative one. */
function lowestOfDigits(value: number): number {
  if (Math.abs(value) < 1) return value < 0 ? -1 : 0
  const digits = String(Math.trunc(Math.abs(value))).length
  if (!/^\d+$/.test(String(Math.trunc(Math.abs(value))))) return value < 0 ? -MOST : MOST
  return value < 0 ? Math.max(-MOST, -(10 ** digits)) : 10 ** (digits - 1)
}
const MOST = Number.MAX_SAFE_INTEGER

function decades(fromSeconds: number, toSeconds: number): GeneratedRule {
  const decadeOf = (seconds: number): number =>
    Math.floor(new Date(seconds * 1000).getUTCFullYear() / DECADE_YEARS) * DECADE_YEARS
  const year = (value: number): string => String(value).padStart(4, '0')
  return {
    type: 'range',
    min: `${year(decadeOf(fromSeconds))}-01-01`,
    max: `${year(decadeOf(toSeconds) + DECADE_YEARS - 1)}-12-31`,
  }
}
