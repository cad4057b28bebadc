// The config of a job that samples a model: a table with the model's columns, that formats, anomalies and plans take
// like any other.

import { capacityOf } from '#engine/config/capacity.ts'
import type { LearnedConditions, LearnedRule } from '#engine/config/learned-rule.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { configError, createReport } from '#engine/config/problem.ts'
import type { AnomaliesRequest } from '#engine/config/request-anomalies.ts'
import { type ResolvedResult, resolveConfig } from '#engine/config/resolve.ts'
import type { OutputRequest } from '#engine/config/resolve-output.ts'
import type { ResolvedColumn, ResolvedTable, Rule } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { Model } from './model.ts'
import type { PreparedColumn } from './prepare.ts'
import { readConditions } from './read-conditions.ts'
import type { TargetShape } from './sampled.ts'
import { standIn, typeOf } from './stand-in.ts'

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
