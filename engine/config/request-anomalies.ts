// Anomalies that a request asks for, or asks to leave out, whatever the config says.
import { targetsOfTable } from './anomaly-targets.ts'
import type { DatasetConfig, TableConfig } from './dataset-config.ts'
import { quote, type Report } from './problem.ts'
import { ANOMALY_KINDS, defaultAnomalies } from './read-anomalies.ts'

/** `inject` false: none at all. `ratio`: of every table's rows, in place of what the config says. */
export type AnomaliesRequest = { inject?: boolean; ratio?: number }

const PATH = '/anomalies'

/**
 * The config with what was asked for: a table that says nothing itself gets the defaults, one that does keeps its kinds,
 * columns and labels. Reports where nothing can be damaged.
 */
export function requestAnomalies(
  config: DatasetConfig,
  request: AnomaliesRequest | undefined,
  report: Report,
): DatasetConfig {
  if (request === undefined) return config
  const change = request.inject === false ? clean : (table: TableConfig) => damaged(table, request)
  const changed = { ...config, tables: config.tables.map(change) }
  if (request.inject !== false) checkRequested(changed, report)
  return changed
}

function clean(table: TableConfig): TableConfig {
  const columns = table.columns.map((column) => ({ ...column, anomalies: null }))
  return { ...table, anomalies: null, columns }
}

const isDamaged = ({ anomalies, columns }: TableConfig): boolean =>
  anomalies !== null || columns.some((column) => column.anomalies !== null)

function damaged(table: TableConfig, { ratio }: AnomaliesRequest): TableConfig {
  const { anomalies } = table
  if (anomalies !== null)
    return { ...table, anomalies: { ...anomalies, ratio: ratio ?? anomalies.ratio } }
  if (isDamaged(table)) return table
  const usual = defaultAnomalies(PATH, ratio)
  const possible = targetsOfTable(table, usual)
  return ANOMALY_KINDS.some((kind) => possible[kind]) ? { ...table, anomalies: usual } : table
}

function checkRequested(after: DatasetConfig, report: Report): void {
  if (!after.tables.some(isDamaged)) {
    const message = 'No table has a column that can be damaged: all are keys'
    report.problem(PATH, message, 'Leave anomalies out')
  }
  for (const { name, columns, anomalies } of after.tables) {
    const label = anomalies?.path === PATH ? anomalies.label : null
    if (columns.every((column) => column.name !== label)) continue
    const message = `${quote(name)} has a column ${quote(label)} already`
    report.problem(PATH, message, 'Write anomalies: {label: another_name} on the table')
  }
}
