// Decimal columns hold scaled integers within 2^53: the bounds that rules write must fit.
import { columnScale } from './column-scale.ts'
import type { ColumnConfig, DatasetConfig } from './dataset-config.ts'
import { at, type Report } from './problem.ts'

export function checkDecimals({ tables }: DatasetConfig, report: Report): void {
  for (const { columns } of tables) {
    for (const column of columns) if (column.type === 'decimal') checkColumn(column, report)
  }
}

function checkColumn(column: ColumnConfig, report: Report): void {
  const scale = columnScale(column) ?? 0
  const digits = Math.min(column.precision?.digits ?? Infinity, 40) - scale
  const limit = Math.min(10 ** digits, Number.MAX_SAFE_INTEGER / 10 ** scale)
  const rules = [
    { rule: column.rule, place: at(column.path, 'rule') },
    ...column.conditional_rules.map(({ rule, path }) => ({ rule, place: at(path, 'rule') })),
  ]
  for (const { rule, place } of rules) {
    for (const key of ['min', 'max', 'value']) {
      const value = rule?.[key]
      if (typeof value !== 'number' || Math.abs(value) < limit) continue
      const message = `${key} ${value} does not fit a decimal with ${scale} decimals`
      report.problem(
        at(place, key),
        message,
        `Stay below ${Math.floor(limit)}, or use fewer decimals`,
      )
    }
  }
}
