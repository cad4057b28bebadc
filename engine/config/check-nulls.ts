// Columns that must have a value: primary keys, unique and not_null ones may not be nullable, and a rule must match
// every row.
import type { ColumnConfig, DatasetConfig } from './dataset-config.ts'
import { at, type Report } from './problem.ts'

export function checkNulls({ tables }: DatasetConfig, report: Report): void {
  for (const { columns } of tables) for (const column of columns) checkColumn(column, report)
}

function checkColumn(column: ColumnConfig, report: Report): void {
  const { path, nullable, rule_given, rule, conditional_rules } = column
  const required = requirementOf(column)
  if (required === null) return
  if (nullable !== null) {
    const hint = `Remove nullable, or ${required} from constraints`
    report.problem(at(path, 'nullable'), `A ${required} column cannot be nullable`, hint)
  }
  if (!rule_given && rule === null && conditional_rules.length > 0) {
    const message = `No rule may match a row of this ${required} column`
    report.problem(
      path,
      message,
      'Write a rule beside conditional_rules: it is used where none matches',
    )
  }
  for (const { rule: given, place } of rulesOf(column)) {
    if (!makesNull(given)) continue
    report.problem(place, `A ${required} column cannot hold null`, 'Remove null from the values')
  }
}

/** The constraint that forbids nulls, as it is written. */
function requirementOf({ primary_key, unique, not_null }: ColumnConfig): string | null {
  if (primary_key) return 'PK'
  if (unique) return 'unique'
  return not_null ? 'not_null' : null
}

function rulesOf({ path, rule, conditional_rules }: ColumnConfig) {
  const own = rule === null ? [] : [{ rule, place: at(path, 'rule') }]
  const others = conditional_rules.map((one) => ({ rule: one.rule, place: at(one.path, 'rule') }))
  return [...own, ...others]
}

function makesNull(rule: ColumnConfig['rule']): boolean {
  const value = rule?.type === 'choice' || rule?.type === 'constant' ? rule['value'] : undefined
  return value === null || (Array.isArray(value) && value.includes(null))
}
