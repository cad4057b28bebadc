// Anomalies that no column allows, and labels and lists whose names are taken.
import { LIST_COLUMNS, listOf } from './anomaly-list.ts'
import { isKey, targetsOfColumn, targetsOfTable } from './anomaly-targets.ts'
import type { AnomalyKind } from './anomaly-types.ts'
import type { AnomaliesConfig, ColumnConfig, DatasetConfig, TableConfig } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { ANOMALY_KINDS, VALUE_KINDS } from './read-anomalies.ts'

export function checkAnomalies({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    if (table.anomalies !== null) checkTable(table, table.anomalies, report)
    for (const column of table.columns) {
      if (column.anomalies !== null) checkColumn(table, column, column.anomalies, report)
    }
    checkLabels(table, report)
    checkList(table, tables, report)
  }
}

function checkLabels({ name, columns, anomalies }: TableConfig, report: Report): void {
  for (const own of [anomalies, ...columns.map((column) => column.anomalies)]) {
    if (own === null || columns.every((column) => column.name !== own.label)) continue
    const message = `${quote(name)} has a column ${quote(own.label)} already`
    report.problem(at(own.path, 'label'), message, 'Write label: another_name, or label: false')
  }
}

function checkList(table: TableConfig, tables: readonly TableConfig[], report: Report): void {
  const list = listOf(table)
  if (list === null) return
  const other = tables.find(({ name }) => name.toLowerCase() === list.name.toLowerCase())
  if (other !== undefined) {
    const message = `The list of anomalies is the table ${quote(list.name)}, and there is one already`
    report.problem(list.path, message, 'Rename that table, or leave label_file out')
  }
  for (const { name } of table.columns.filter(({ primary_key }) => primary_key)) {
    if (!LIST_COLUMNS.includes(name)) continue
    const message = `The list of anomalies has a column ${quote(name)}, as the key of ${quote(table.name)} is called`
    report.problem(list.path, message, 'Rename the key, or leave label_file out')
  }
}

function checkTable(table: TableConfig, anomalies: AnomaliesConfig, report: Report): void {
  const { path, columns } = anomalies
  const names = table.columns.map(({ name }) => name)
  for (const [i, name] of (columns ?? []).entries()) {
    const column = table.columns.find((one) => one.name === name)
    const place = at(at(path, 'columns'), i)
    if (column === undefined) {
      report.problem(
        place,
        `${quote(table.name)} has no column ${quote(name)}`,
        nameHint(name, names),
      )
    } else if (isKey(column, table)) {
      const message = `${quote(name)} is a key or unique, and keys are never damaged`
      report.problem(place, message, 'Leave it out')
    }
  }
  if (table.columns.some(({ readable }) => !readable)) return
  const possible = targetsOfTable(table, anomalies)
  const missing = (anomalies.kinds ?? []).filter((kind) => !possible[kind])
  for (const kind of missing) {
    const message = `No column of ${quote(table.name)} allows anomalies of kind ${kind}`
    report.problem(at(path, 'kinds'), message, NEEDS[kind])
  }
  if (anomalies.kinds === null && !ANOMALY_KINDS.some((kind) => possible[kind])) {
    report.problem(
      path,
      `${quote(table.name)} has only keys, which are never damaged`,
      'Leave anomalies out',
    )
  }
}

const NEEDS: Readonly<Record<AnomalyKind, string>> = {
  outlier: 'It needs a column of numbers, dates or times that is no key',
  drift: 'It needs a column of numbers, dates or times that is no key',
  null: 'It needs a column that is neither a key nor not_null',
  typo: 'It needs a column of type str that is no key',
  swap: 'It needs two columns of one type that are no keys: write it on the table',
  duplicate: 'It needs a column that is no key',
}

function checkColumn(
  table: TableConfig,
  column: ColumnConfig,
  { path, kinds }: AnomaliesConfig,
  report: Report,
): void {
  if (isKey(column, table)) {
    const message = `${quote(column.name)} is a key or unique, and keys are never damaged`
    report.problem(path, message, 'Leave anomalies out')
    return
  }
  if (!column.readable) return
  const possible = targetsOfColumn(column)
  for (const kind of (kinds ?? []).filter((one) => !possible[one])) {
    const message = `${quote(column.name)} does not allow anomalies of kind ${kind}`
    report.problem(at(path, 'kinds'), message, NEEDS[kind])
  }
  if (kinds === null && !VALUE_KINDS.some((kind) => possible[kind])) {
    const message = `${quote(column.name)} can neither be changed nor be null`
    report.problem(path, message, 'Leave anomalies out')
  }
}
