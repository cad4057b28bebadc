// The column of a config that makes values like those of a profiled column.

import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'
import type { GeneratedRule } from '#engine/models/prepare.ts'
import { type FieldType, isTemporal, type Temporal } from '#engine/table/table.ts'
import { unitOf } from './number-profile.ts'
import type { ColumnProfile, NumberProfile } from './profile.ts'

/** As users write it. */
export type WrittenColumn = {
  name: string
  type: string
  rule?: GeneratedRule
  nullable?: number | { when: string }
  constraints?: string[]
  format?: string
}

const LAW_NEAR = 0.02
const DECIMALS_MAX = 6
const CHOSEN_SHARE = 0.95

/** `rows` are those of the table. Nulls come by their rate. */
export function columnFor(column: ColumnProfile, rows: number): WrittenColumn {
  const { name, nulls, layout } = column
  const rule = nulls === rows ? emptyRule(column) : ruleOf(column)
  const rate = rows === 0 ? 0 : Number((nulls / rows).toPrecision(6))
  return {
    name,
    type: typeOf(column),
    rule,
    ...(rate > 0 ? { nullable: rate } : {}),
    ...(layout === null || nulls === rows || 'format' in rule ? {} : { format: layout }),
  }
}

const TYPES: Readonly<Record<FieldType, string>> = {
  integer: 'int',
  decimal: 'float',
  boolean: 'bool',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  category: 'str',
  text: 'str',
  id: 'str',
}

function typeOf({ type, decimals, numbers }: ColumnProfile): string {
  if (type !== 'decimal' || decimals > DECIMALS_MAX) return TYPES[type]
  const size = Math.max(Math.abs(numbers?.min ?? 0), Math.abs(numbers?.max ?? 0))
  return size * 10 ** decimals < 1e15 ? `decimal(18,${decimals})` : 'float'
}

function emptyRule({ type }: ColumnProfile): GeneratedRule {
  if (TYPES[type] === 'str') return { type: 'word' }
  if (type === 'boolean') return { type: 'boolean' }
  if (type === 'time') return { type: 'time' }
  if (type === 'date' || type === 'datetime')
    return { type: 'range', min: '2000-01-01', max: '2000-12-31' }
  return { type: 'range', min: 0, max: 1 }
}

function ruleOf(column: ColumnProfile): GeneratedRule {
  const { rule, numbers, type, top_values } = column
  if (rule !== null) return rule
  const tops = top_values ?? []
  const [top] = tops
  if (type === 'boolean') {
    const rows = tops.reduce((sum, { rows: count }) => sum + count, 0)
    const yes = tops.find(({ value }) => value === 'true')?.rows ?? 0
    return { type: 'boolean', probability: rows === 0 ? 0.5 : share(yes / rows) }
  }
  if (numbers !== null)
    return isTemporal(type) ? timeRule(column, numbers) : numberRule(column, numbers)
  if (top === undefined) return { type: 'word' }
  if (tops.length === 1) return { type: 'constant', value: top.value }
  return choiceOf(tops.map(({ value, rows }) => [value, rows]))
}

function share(value: number): number {
  return Number(value.toPrecision(6))
}

function choiceOf(values: (readonly [string | number, number])[]): GeneratedRule {
  return {
    type: 'choice',
    value: values.map(([value]) => value),
    weights: values.map(([, rows]) => rows),
  }
}

/** Days or seconds as the language writes them. */
export function timeValue(type: Temporal, value: number): string {
  if (type === 'date') return dateText(value)
  return type === 'datetime' ? datetimeText(Math.floor(value)) : timeText(Math.floor(value))
}

/** The least and the greatest value that enough rows reach. */
function endsOf({ spread: { edges } }: NumberProfile, unit: number): [number, number] {
  return [edges[0] as number, Number(((edges.at(-1) as number) - unit).toPrecision(12))]
}

/** Moments that come again and again are chosen from; others lie anywhere between the first and the last. */
function timeRule(
  { type, top_values, nulls, constant, layout, zone }: ColumnProfile,
  numbers: NumberProfile,
): GeneratedRule {
  const [min, max] = endsOf(numbers, 1)
  if (!isTemporal(type)) return { type: 'word' }
  if (constant) return { type: 'constant', value: timeValue(type, min) }
  const tops = top_values ?? []
  const covered = tops.reduce((sum, { rows }) => sum + rows, 0)
  if (tops.length > 1 && covered >= CHOSEN_SHARE * (covered + nulls) && covered >= tops.length * 20)
    return choiceOf(tops.map(({ value, rows }) => [timeValue(type, Number(value)), rows]))
  const ends = { min: timeValue(type, min), max: timeValue(type, max) }
  if (type !== 'datetime' || zone === null) return { type: 'range', ...ends }
  return { type, ...ends, zone, ...(layout === null ? {} : { format: layout }) }
}

function numberRule(
  { type, decimals, constant }: ColumnProfile,
  numbers: NumberProfile,
): GeneratedRule {
  const { law, spread } = numbers
  const [min, max] = endsOf(numbers, unitOf({ type, decimals }))
  const digits = type === 'integer' ? {} : { decimals: Math.min(decimals, 15) }
  if (constant) return { type: 'constant', value: min }
  if (law !== null && law.distance <= LAW_NEAR) return { ...law.rule, min, max, ...digits }
  return { type: 'histogram', edges: spread.edges, counts: spread.shares, max, ...digits }
}
