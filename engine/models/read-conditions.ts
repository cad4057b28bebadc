// What users ask of the rows of a model, to what samplers take: levels and ranges by target. Bounds are ranges that
// leave nulls alone.

import type { LearnedConditions } from '#engine/config/learned-rule.ts'
import { nameHint, quote, type Report } from '#engine/config/problem.ts'
import type { ColumnType, Scalar } from '#engine/config/types.ts'
import { findZone, utcOf, zoneOffsets } from '#engine/data/zones.ts'
import { createDateReader } from '#engine/ingest/date-reader.ts'
import { createNumberReader } from '#engine/ingest/number-reader.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { literalNumber } from '#engine/rules/literal.ts'
import { parseNumberLayout } from '#engine/rules/number-layout.ts'
import type { PreparedColumn } from './prepare.ts'
import type { TargetShape } from './sampled.ts'
import { boundsOf, type Comparison, comparisonsOf } from './written-conditions.ts'

/** Of a model, what conditions are read against; `types` of the columns as they are written, by name. */
export type Conditioned = {
  columns: readonly PreparedColumn[]
  targets: readonly TargetShape[]
  types: ReadonlyMap<string, ColumnType>
}

type Asked = {
  levels: Map<string, Set<number>>
  ranges: Map<string, { min: number; max: number; nulls?: true }>
  /** Targets of numbers that have to be null. */
  nulls: Set<string>
  /** Where the last condition on a target stands. */
  paths: Map<string, string>
}

/** Everything wrong is reported under `/conditions` and `/bounds`; undefined where nothing is asked. */
export function readConditions(
  { conditions, bounds }: { conditions?: unknown; bounds?: unknown },
  model: Conditioned,
  report: Report,
): LearnedConditions | undefined {
  const asked: Asked = {
    ...{ levels: new Map(), ranges: new Map(), nulls: new Set<string>(), paths: new Map() },
  }
  for (const { comparison, path } of comparisonsOf(conditions, '/conditions', report))
    take(comparison, path, model, asked, report)
  for (const { comparison, path } of boundsOf(bounds, report))
    take(comparison, path, model, asked, report, { nulls: true })
  checkEmpty(asked, report)
  for (const name of asked.nulls) asked.ranges.delete(name)
  if (asked.levels.size + asked.ranges.size + asked.nulls.size === 0) return undefined
  return {
    ...(asked.levels.size > 0 && {
      levels: objectOf(asked.levels, (codes) => [...codes].sort((a, b) => a - b)),
    }),
    ...(asked.ranges.size > 0 && { ranges: objectOf(asked.ranges, (range) => range) }),
    ...(asked.nulls.size > 0 && { nulls: [...asked.nulls].sort() }),
  }
}

const objectOf = <V, R>(map: ReadonlyMap<string, V>, use: (value: V) => R): Record<string, R> =>
  Object.fromEntries([...map].map(([name, value]) => [name, use(value)]))

function take(
  comparison: Comparison,
  path: string,
  model: Conditioned,
  asked: Asked,
  report: Report,
  keep: { nulls?: true } = {},
): void {
  const column = model.columns.find(({ field }) => field.name === comparison.column)
  if (column === undefined) {
    const names = model.columns.map(({ field }) => field.name)
    const message = `The model has no column ${quote(comparison.column)}`
    report.problem(path, message, nameHint(comparison.column, names))
    return
  }
  if (column.kind === 'generated' || column.kind === 'constant') {
    const how = column.kind === 'constant' ? 'always the same' : 'made by a rule, and not learned'
    const message = `The values of ${quote(comparison.column)} are ${how}`
    report.problem(path, message, 'Ask for values of other columns.')
    return
  }
  const target = model.targets[column.target] as TargetShape
  asked.paths.set(target.name, path)
  const fault =
    column.kind === 'category'
      ? takeLevels(comparison, column.levels, target.name, asked)
      : takeRange(
          comparison,
          {
            target,
            type: model.types.get(comparison.column) ?? 'float',
            layout: column.field.layout,
            zone: column.field.zone,
            hasNulls: column.nulls ?? true,
          },
          asked,
          keep,
        )
  if (fault !== null) report.problem(path, fault[0], fault[1])
}

type Fault = [message: string, hint: string]

function takeLevels(
  { column, operator, value }: Comparison,
  levels: readonly (string | null)[],
  target: string,
  { levels: asked }: Asked,
): Fault | null {
  const list = Array.isArray(value) ? value : [value]
  const wanted = new Set(list.map((one) => (one === null ? null : String(one))))
  const meets = levelTest(operator, wanted)
  if (meets === null) {
    const message = `${quote(column)} holds categories, and ${operator} is for numbers`
    return [
      message,
      'Use ==, !=, in, not_in, contains, starts_with, ends_with, is_null or is_not_null.',
    ]
  }
  const named = operator === '==' || operator === 'in'
  const unknown = named ? [...wanted].find((level) => !levels.includes(level)) : undefined
  if (unknown !== undefined)
    return [
      `${quote(column)} is never ${quote(unknown)} in what was learned`,
      nameHint(
        unknown ?? 'null',
        levels.filter((level) => level !== null),
      ),
    ]
  const before = asked.get(target)
  const codes = [...levels.keys()].filter(
    (code) => meets(levels[code] ?? null) && (before?.has(code) ?? true),
  )
  asked.set(target, new Set(codes))
  return null
}

function levelTest(
  operator: Comparison['operator'],
  wanted: ReadonlySet<string | null>,
): ((level: string | null) => boolean) | null {
  const first = [...wanted][0] ?? ''
  switch (operator) {
    case '==':
    case 'in':
      return (level) => wanted.has(level)
    case '!=':
    case 'not_in':
      return (level) => level !== null && !wanted.has(level)
    case 'is_null':
      return (level) => level === null
    case 'is_not_null':
      return (level) => level !== null
    case 'contains':
      return (level) => level?.includes(first) ?? false
    case 'starts_with':
      return (level) => level?.startsWith(first) ?? false
    case 'ends_with':
      return (level) => level?.endsWith(first) ?? false
    default:
      return null
  }
}

function takeRange(
  { column, operator, value }: Comparison,
  { target, type, hasNulls, ...written }: AskedNumber,
  { ranges, nulls: asked }: Asked,
  keep: { nulls?: true },
): Fault | null {
  if (target.kind !== 'numeric') return null
  const list = Array.isArray(value) ? value : [value]
  const orNull = operator === 'in' && list.includes(null)
  if ((operator === 'is_null' || orNull) && !hasNulls)
    return [`${quote(column)} is never null in what was learned`, 'Ask for values of it.']
  if (operator === 'is_null') {
    asked.add(target.name)
    return null
  }
  const numbers = list.flatMap((one) => (one === null ? [] : [numberOf(one, type, written)]))
  const range = rangeBy(operator, numbers, 10 ** -target.decimals)
  if (range === null) {
    const message = `${quote(column)} holds ${type} values: ${operator} ${quote(value)} is no range of them`
    const example = TIMES[type]
    const written = example ? `one such as ${example}, or as in the data` : 'a number'
    return [
      message,
      `Use ==, <, <=, >, >= or between, with ${written}, or is_null and is_not_null.`,
    ]
  }
  const before = ranges.get(target.name)
  const nulls = (keep.nulls === true || orNull) && (before === undefined || before.nulls === true)
  ranges.set(target.name, {
    min: Math.max(range.min, before?.min ?? target.min),
    max: Math.min(range.max, before?.max ?? target.max),
    ...(nulls && { nulls: true as const }),
  })
  return null
}

const TIMES: Readonly<Partial<Record<ColumnType, string>>> = {
  date: '2024-01-31',
  datetime: '2024-01-31T13:45:00Z',
  time: '13:45:00',
}

type AskedNumber = { target: TargetShape; type: ColumnType; hasNulls: boolean } & Written

type Written = { layout: string | null; zone: string | null }

/**
 * In the units of the column, times as ISO 8601 or in the layout of the data, in its zone where they do not say how far
 * they are from UTC; numbers plain or in the layout of the data. NaN for what is none.
 */
function numberOf(value: Scalar, type: ColumnType, { layout, zone }: Written): number {
  if (typeof value === 'number')
    return type === 'int' || type === 'float' || type === 'decimal' ? value : Number.NaN
  if (type === 'date' || type === 'datetime' || type === 'time') {
    const reader = createDateReader(type, layout)
    const plain = literalNumber(value, type, 0)
    const found = plain ?? reader.read(String(value))
    const isUtc = plain === null ? reader.offset() !== null : /z$/i.test(String(value))
    const known = zone === null || isUtc ? null : findZone(zone)
    return type === 'datetime' && known !== null ? utcIn(known, found) : found
  }
  if (typeof value !== 'string' || value.trim() === '') return Number.NaN
  const plain = Number(value)
  if (!Number.isNaN(plain) || layout === null) return plain
  const style = parseNumberLayout(layout)?.point === ',' ? 'comma' : 'grouped'
  return createNumberReader(style, layout)(value)
}

function utcIn(zone: string, local: number): number {
  if (Number.isNaN(local)) return local
  return utcOf(zoneOffsets(zone, local - ZONE_REACH, local + ZONE_REACH), local)
}

/** No zone is farther from UTC. Seconds. */
const ZONE_REACH = 2 * SECONDS_PER_DAY

function rangeBy(
  operator: Comparison['operator'],
  [first = Number.NaN, second = Number.NaN, ...more]: readonly number[],
  step: number,
): { min: number; max: number } | null {
  if (operator === 'is_not_null') return { min: -Infinity, max: Infinity }
  if (Number.isNaN(first)) return null
  switch (operator) {
    case '==':
      return { min: first, max: first }
    case 'in':
      return Number.isNaN(second) && more.length === 0 ? { min: first, max: first } : null
    case 'between':
      return Number.isNaN(second) ? null : { min: first, max: second }
    case '>':
      return { min: first + step, max: Infinity }
    case '>=':
      return { min: first, max: Infinity }
    case '<':
      return { min: -Infinity, max: first - step }
    case '<=':
      return { min: -Infinity, max: first }
    default:
      return null
  }
}

/** What nothing can meet. */
function checkEmpty({ levels, ranges, nulls, paths }: Asked, report: Report): void {
  const none = (name: string) =>
    report.problem(
      paths.get(name) ?? '/conditions',
      `No value of ${quote(name)} that was learned meets what is asked`,
      'Ask for less.',
    )
  for (const [name, codes] of levels) if (codes.size === 0) none(name)
  for (const [name, { min, max }] of ranges) if (!(min <= max)) none(name)
  for (const name of nulls)
    if (ranges.get(name)?.nulls === undefined && ranges.has(name)) none(name)
}
