// Columns that must not repeat together: each has a rule with countable values, or comes from a parent.
import type { ColumnConfig, DatasetConfig, TableConfig } from './dataset-config.ts'
import { type JointGroup, jointGroups } from './joint-groups.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { sharedOf } from './shared-columns.ts'

/** Rules that draw one of a known number of values, so that combinations can be numbered. */
const COUNTED = ['range', 'choice', 'date', 'datetime', 'first_name', 'last_name', 'city']

export function checkJoint({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    const seen = new Set<string>()
    const groups = jointGroups(table)
    for (const { columns, path } of table.unique) checkNames(columns, path, table, report)
    for (const group of groups) checkGroup(group, seen, { table, tables }, report)
  }
}

function checkNames(columns: string[], path: string, table: TableConfig, report: Report): void {
  const names = table.columns.map(({ name }) => name)
  for (const name of columns.filter((one) => !names.includes(one))) {
    report.problem(path, `${quote(table.name)} has no column ${quote(name)}`, nameHint(name, names))
  }
}

type Place = { table: TableConfig; tables: readonly TableConfig[] }

function checkGroup(
  group: JointGroup,
  seen: Set<string>,
  { table, tables }: Place,
  report: Report,
): void {
  for (const name of group.columns) {
    const column = table.columns.find((one) => one.name === name)
    if (column === undefined || !column.readable) continue
    if (seen.has(name)) {
      const message = `${quote(name)} is in two groups of columns that do not repeat together`
      report.problem(group.path, message, 'Leave it in one, or make another column unique')
    }
    seen.add(name)
    checkMember(column, group, { table, tables }, report)
  }
}

function checkMember(
  column: ColumnConfig,
  { path, columns, primary_key }: JointGroup,
  place: Place,
  report: Report,
): void {
  const { name, rule, conditional_rules, nullable } = column
  const what = `${primary_key ? 'the key' : 'the unique columns'} ${columns.join(', ')}`
  if (conditional_rules.length > 0) {
    const message = `${quote(name)} of ${what} has conditional rules`
    report.problem(at(column.path, 'conditional_rules'), message, 'Give it one rule')
  }
  if (nullable !== null && !primary_key) {
    const message = `${quote(name)} of ${what} cannot be nullable`
    report.problem(at(column.path, 'nullable'), message, 'Remove nullable')
  }
  if (rule?.type === 'reference') checkKey(column, columns, path, place, report)
  else if (rule !== null && !COUNTED.includes(rule.type)) {
    const series = rule.type === 'series'
    const steps =
      'Write a step that is not 0, and the foreign key that the series is per in the same key, with children'
    const hint = series
      ? steps
      : `Make one of them rule: sequence or rule: uuid, or use ${COUNTED.join(', ')} or a reference`
    const message = `The rule ${rule.type} of ${quote(name)} cannot be kept from repeating together with others`
    report.problem(path, message, hint)
  }
}

function checkKey(
  { name }: ColumnConfig,
  columns: string[],
  path: string,
  { table, tables }: Place,
  report: Report,
): void {
  const index = table.foreign_keys.findIndex(({ child_columns }) => child_columns.includes(name))
  const key = table.foreign_keys[index]
  if (key !== undefined && sharedOf(table, index, tables) !== null) {
    const hint = 'Leave it out, or let its foreign key share no column with another'
    report.problem(path, `${quote(name)} agrees with another foreign key`, hint)
  } else if (key === undefined || key.child_columns.some((one) => !columns.includes(one))) {
    const message = `${quote(name)} is not the whole of a foreign key`
    report.problem(
      path,
      message,
      `Write all of its columns: ${key?.child_columns.join(', ') ?? name}`,
    )
  } else if (key.parent_table === table.name) {
    const hint = 'Leave it out of the columns that do not repeat together'
    report.problem(path, `${quote(name)} refers to its own table`, hint)
  }
}
