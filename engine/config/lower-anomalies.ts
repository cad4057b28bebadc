// Anomalies resolved: the cells that each kind may damage, and the columns and lists that say which rows are damaged.
import { lawsOf } from '#engine/anomaly-laws.ts'
import { pow10 } from '#engine/math/decimal.ts'
import { listOf, listTable } from './anomaly-list.ts'
import { type Targets, targetsOfColumn, targetsOfTable } from './anomaly-targets.ts'
import type { Anomalies, AnomalyKind } from './anomaly-types.ts'
import { boundsOf, digitsOf } from './column-bounds.ts'
import type { AnomaliesConfig, ColumnConfig, TableConfig } from './dataset-config.ts'
import { ANOMALY_KINDS, VALUE_KINDS } from './read-anomalies.ts'
import type { ResolvedColumn, ResolvedTable } from './types.ts'

/** A table without problems as it is resolved, with its labels, and the list of its damaged rows behind it. */
export function withAnomalies(config: TableConfig, table: ResolvedTable): ResolvedTable[] {
  const anomalies = ofTable(config, table.columns)
  const columnAnomalies = ofColumns(config, table.columns)
  const damaged: ResolvedTable = {
    ...table,
    ...(anomalies !== null && { anomalies }),
    ...(columnAnomalies.length > 0 && { column_anomalies: columnAnomalies }),
  }
  const labels = new Set(lawsOf(damaged).flatMap(({ label }) => label ?? []))
  const labelled = { ...damaged, columns: [...table.columns, ...[...labels].map(labelColumn)] }
  const list = listOf(config)
  return list === null ? [labelled] : [labelled, listTable(list.name, labelled)]
}

function ofTable(config: TableConfig, columns: readonly ResolvedColumn[]): Anomalies | null {
  const { anomalies } = config
  if (anomalies === null) return null
  return lower(anomalies, targetsOfTable(config, anomalies), ANOMALY_KINDS, columns)
}

function ofColumns(config: TableConfig, columns: readonly ResolvedColumn[]) {
  return config.columns.flatMap((column) =>
    column.anomalies === null
      ? []
      : [
          {
            column: column.name,
            ...lower(column.anomalies, targetsOfColumn(column), VALUE_KINDS, columns),
          },
        ],
  )
}

function lower(
  { ratio, kinds, label, label_file }: AnomaliesConfig,
  targets: Targets,
  usual: readonly AnomalyKind[],
  columns: readonly ResolvedColumn[],
): Anomalies {
  const chosen = ANOMALY_KINDS.filter((kind) => targets[kind] && (kinds ?? usual).includes(kind))
  const has = (...wanted: AnomalyKind[]) => wanted.some((kind) => chosen.includes(kind))
  const names = (list: readonly ColumnConfig[]) => list.map(({ name }) => name)
  return {
    ...{ ratio, kinds: chosen, label },
    numbers: has('outlier', 'drift')
      ? names(targets.numbers).map((column) => ({ column, spread: spreadOf(column, columns) }))
      : [],
    nullable: has('null') ? names(targets.nullable) : [],
    texts: has('typo') ? names(targets.texts) : [],
    pairs: has('swap') ? targets.pairs.map(([a, b]): [string, string] => [a.name, b.name]) : [],
    copied: has('duplicate') ? names(targets.copied) : [],
    ...(label_file && { listed: true }),
  }
}

/** Standard deviations that nearly all values of a normal law lie within. */
const NORMAL_SPREAD = 6

/** Between the least and the greatest value, where that is known; else 0. */
function spreadOf(name: string, columns: readonly ResolvedColumn[]): number {
  const column = columns.find((one) => one.name === name)
  if (column === undefined) return 0
  const unit = column.type === 'float' ? pow10(digitsOf(column)) : 1
  const { low, high } = boundsOf(column)
  if (Number.isFinite(high - low)) return (high - low) / unit
  if (column.rule?.type !== 'normal') return 0
  const digits = column.type === 'decimal' ? pow10(digitsOf(column)) : 1
  return NORMAL_SPREAD * column.rule.stddev * digits
}

/** The column that says which rows are damaged; its values are set where the rows are. */
function labelColumn(name: string): ResolvedColumn {
  return {
    ...{ name, type: 'bool', scale: null, rule: { type: 'constant', value: false } },
    ...{ conditional_rules: [], nullable: null, unique: false, primary_key: false },
    sensitivity: null,
  }
}
