// The config of a job that samples a model: a table with the model's columns, that formats, anomalies and plans take
// like any other.

import { capacityOf } from '#engine/config/capacity.ts'
import type { LearnedConditions, LearnedRule } from '#engine/config/learned-rule.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { configError, createReport } from '#engine/config/problem.ts'
import type { AnomaliesRequest } from '#engine/config/request-anomalies.ts'
import { type ResolvedResult, resolveConfig } from '#engine/config/resolve.ts'
import type { OutputRequest } from '#engine/config/resolve-output.ts'
import type {
  ColumnType,
  ResolvedColumn,
  ResolvedTable,
  Rule,
  Scalar,
} from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { dateText, datetimeText, timeText } from '#engine/math/calendar.ts'
import type { Field } from '#engine/table/table.ts'
import type { Model } from './model.ts'
import type { PreparedColumn } from './prepare.ts'
import { readConditions } from './read-conditions.ts'
import type { TargetShape } from './sampled.ts'

export type LearnedRequest = OutputRequest & {
  rows: number
  seed?: number
  /** Of the table; `rows` by default. */
  name?: string
  /** Seconds since 1970 UTC: what rules of columns that are not learned count from. */
  now: number
  chunkRows?: number
  /** As users write them: by column, a list, or text. */
  conditions?: unknown
  /** `{column: {min, max}}`; nulls stay nulls. */
  bounds?: unknown
  anomalies?: AnomaliesRequest
}

type Described = Pick<Model, 'columns' | 'targets' | 'digest'>

/**
 * Conditions and bounds are met by construction or by drawing again, never by clipping. AppError `invalid_config` or
 * `unsupported` with problems at `/conditions`, `/bounds`, `/output`, `/anomalies` or `/rows`; `invalid_request` for a
 * model whose columns no table can have.
 */
export function learnedConfig(model: Described, request: LearnedRequest): ResolvedResult {
  const report = createReport()
  const { conditions, bounds, name = 'rows', rows, ...rest } = request
  const types = new Map(
    model.columns.map((column) => [column.field.name, typeOf(column, model.targets)]),
  )
  const asked = readConditions({ conditions, bounds }, { ...model, types }, report)
  if (report.problems.length > 0) throw configError(report.problems)
  const { resolved, warnings } = resolveConfig(parsed(model, name, rows), rest)
  const tables = resolved.tables.map((table) => learnedTable(table, model, asked, warnings))
  return { resolved: { ...resolved, tables }, warnings }
}

/** The same table by rules that stand for what is learned: of the same types and bounds. */
function parsed({ columns, targets }: Described, name: string, rows: number) {
  const table = { name, rows, columns: columns.map((column) => standIn(column, targets)) }
  const { config, problems } = parseConfig({ version: 1, tables: [table] })
  const [first] = problems
  if (!first) return config
  const message = `no table has the columns of this model: ${first.path}: ${first.message}`
  throw new AppError('invalid_request', message)
}

const DIGITS_MAX = 15

/**
 * Decimals beyond what whole numbers of their last digit can say are floats, and so are those of the most digits that are
 * told (engine/ingest/decide-field.ts): they may have more.
 */
function typeOf(column: PreparedColumn, targets: readonly TargetShape[]): ColumnType {
  const { kind, field } = column
  switch (field.type) {
    case 'integer':
      return 'int'
    case 'decimal':
      return field.decimals < DIGITS_MAX &&
        largestOf(column, targets) * 10 ** field.decimals < 10 ** DIGITS_MAX
        ? 'decimal'
        : 'float'
    case 'boolean':
      return kind === 'generated' ? 'str' : 'bool'
    case 'date':
    case 'datetime':
    case 'time':
      return field.type
    case 'id':
      return isCount(column) ? 'int' : 'str'
    case 'category':
    case 'text':
      return 'str'
  }
}

/** Ids that are plain numbers, one after the other. */
function isCount(column: PreparedColumn): boolean {
  if (column.kind !== 'generated') return false
  const { type, prefix, pad } = column.rule
  return type === 'sequence' && prefix === undefined && pad === undefined
}

function largestOf(column: PreparedColumn, targets: readonly TargetShape[]): number {
  if (column.kind === 'constant') return Math.abs(Number(column.value))
  const target = column.kind === 'numeric' ? targets[column.target] : undefined
  return target?.kind === 'numeric' ? Math.max(Math.abs(target.min), Math.abs(target.max)) : 0
}

function standIn(column: PreparedColumn, targets: readonly TargetShape[]): object {
  const { name } = column.field
  const type = typeOf(column, targets)
  const decimal = { type: `decimal(${DIGITS_MAX},${column.field.decimals})` }
  const isNumber = type === 'decimal' || type === 'int' || type === 'float'
  const { layout } = column.field
  const shown = isNumber && layout !== null ? { format: layout } : {}
  const base = { name, ...(type === 'decimal' ? decimal : { type }), ...shown }
  switch (column.kind) {
    case 'numeric':
      return { ...base, rule: numberRule(column.field, targets[column.target] as TargetShape) }
    case 'category':
      return { ...base, rule: levelRule(type, column.levels) }
    case 'constant':
      return { ...base, rule: { type: 'constant', value: constantOf(column.value, column.field) } }
    case 'generated': {
      const { rule, nullRate } = column
      return { ...base, rule, ...(nullRate > 0 && { nullable: { rate: nullRate } }) }
    }
  }
}

function numberRule(field: Field, target: TargetShape): object {
  const { min, max } = target.kind === 'numeric' ? target : { min: 0, max: 0 }
  const { type, layout, zone } = field
  const shown = layout === null ? {} : { format: layout }
  switch (type) {
    case 'date':
      return { type, min: dateText(min), max: dateText(max), ...shown }
    case 'datetime': {
      const zoned = zone === null ? {} : { zone }
      return {
        type,
        min: datetimeText(Math.floor(min)),
        max: datetimeText(Math.ceil(max)),
        ...shown,
        ...zoned,
      }
    }
    case 'time':
      return { type, min: timeText(Math.floor(min)), max: timeText(Math.floor(max)), ...shown }
    default:
      return { type: 'range', min, max, decimals: field.decimals }
  }
}

/** One level is enough for what depends on it: the longest. */
function levelRule(type: ColumnType, levels: readonly (string | null)[]): object {
  if (type === 'bool') return { type: 'boolean' }
  const longest = levels.reduce<string>(
    (most, level) => ((level ?? '').length > most.length ? (level ?? '') : most),
    '',
  )
  return { type: 'choice', values: [longest] }
}

function constantOf(value: string | number | null, { type }: Field): Scalar {
  if (type === 'boolean' && value !== null) return value === 'true'
  if (typeof value !== 'number') return value
  if (type === 'date') return dateText(value)
  if (type === 'datetime') return datetimeText(Math.round(value))
  return type === 'time' ? timeText(Math.round(value)) : value
}

function learnedTable(
  table: ResolvedTable,
  { columns, targets, digest }: Described,
  conditions: LearnedConditions | undefined,
  warnings: string[],
): ResolvedTable {
  const byName = new Map(columns.map((column) => [column.field.name, column]))
  return {
    ...withoutCopies(table),
    columns: table.columns.map((column): ResolvedColumn => {
      const prepared = byName.get(column.name)
      if (prepared?.kind === 'generated')
        return distinct(column, prepared, table.rows ?? 0, warnings)
      const rule = prepared && learnedRule(prepared, targets, column.rule)
      return rule ? { ...column, rule } : column
    }),
    learned: { model: digest, ...(conditions && { conditions }) },
  }
}

function learnedRule(
  column: PreparedColumn,
  targets: readonly TargetShape[],
  standing: Rule | null,
): LearnedRule | null {
  if (column.kind === 'category')
    return { type: 'learned', target: column.target, levels: column.levels }
  const target = column.kind === 'numeric' ? targets[column.target] : undefined
  if (column.kind !== 'numeric' || target?.kind !== 'numeric') return null
  const { min, max } = target
  const { format, zone } = { ...standing } as { format?: string; zone?: string }
  return {
    ...{ type: 'learned', target: column.target, levels: null, min, max },
    nulls: column.nulls ?? true,
    ...(format !== undefined && { format }),
    ...(zone !== undefined && { zone }),
  }
}

/** Ids do not repeat, as far as their rule has enough of them. */
function distinct(
  column: ResolvedColumn,
  { field }: PreparedColumn,
  rows: number,
  warnings: string[],
): ResolvedColumn {
  const { rule } = column
  if (field.type !== 'id' || rule === null) return column
  if (capacityOf(rule) >= rows) return { ...column, unique: true }
  warnings.push(`Values of ${column.name} may repeat: their form does not give ${rows} of them`)
  return column
}

/** A duplicate takes another row's values, and rows of a model are drawn in stretches. */
function withoutCopies(table: ResolvedTable): ResolvedTable {
  const { anomalies } = table
  if (!anomalies) return table
  const kinds = anomalies.kinds.filter((kind) => kind !== 'duplicate')
  return { ...table, anomalies: { ...anomalies, kinds, copied: [] } }
}
