// Other columns of the parent that a row takes with its reference: `with` of a reference rule, and reference rules that
// name a column that is no key.
import type {
  ColumnConfig,
  DatasetConfig,
  ForeignKeyConfig,
  RuleInput,
  TableConfig,
} from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { isObject } from './shape.ts'

type Copy = { from: string; to: string; path: string; key: ForeignKeyConfig }

/** The foreign key that decides a column with a reference rule; undefined where the rule needs one of its own. */
export function coveringKey(
  name: string,
  rule: RuleInput,
  keys: readonly ForeignKeyConfig[],
  tables: readonly TableConfig[],
): ForeignKeyConfig | undefined {
  const own = keys.find(({ child_columns }) => child_columns.includes(name))
  if (own !== undefined || typeof rule['column'] !== 'string') return own
  const parent = tables.find((table) => table.name === rule['table'])
  const column = parent?.columns.find((one) => one.name === rule['column'])
  if (column === undefined || column.primary_key || column.unique) return undefined
  const same = keys.filter(({ parent_table }) => parent_table === parent?.name)
  return same.length === 1 ? same[0] : undefined
}

/** The table, its foreign keys with what they copy; a column that is copied into and not written is added. */
export function copyColumns(
  table: TableConfig,
  { tables }: DatasetConfig,
  report: Report,
): TableConfig {
  const copies = table.columns.flatMap((column) => copiesOf(column, table, tables))
  if (copies.length === 0) return table
  const columns = [...table.columns]
  for (const copy of copies) {
    const parent = tables.find(({ name }) => name === copy.key.parent_table)
    const from = parent?.columns.find(({ name }) => name === copy.from)
    const to = columns.find(({ name }) => name === copy.to)
    if (parent === undefined) continue
    if (from === undefined) reportMissing(copy, parent, report)
    else if (to === undefined) columns.push(copiedColumn(from, copy))
    else if (to.readable && from.readable && to.type !== from.type) {
      const message = `${quote(to.name)} is ${to.type}, ${quote(`${parent.name}.${from.name}`)} is ${from.type}`
      report.problem(at(to.path, 'type'), message, `Write type: ${from.type}`)
    }
  }
  const foreign_keys = table.foreign_keys.map((key) => ({
    ...key,
    copies: copies.filter((copy) => copy.key === key).map(({ from, to }) => ({ from, to })),
  }))
  return { ...table, columns, foreign_keys }
}

function copiesOf(
  { name, rule, path }: ColumnConfig,
  { foreign_keys }: TableConfig,
  tables: readonly TableConfig[],
): Copy[] {
  if (rule?.type !== 'reference') return []
  const key = coveringKey(name, rule, foreign_keys, tables)
  if (key === undefined) return []
  const own = key.child_columns.includes(name)
    ? []
    : [{ from: String(rule['column']), to: name, path: at(at(path, 'rule'), 'column'), key }]
  const place = at(at(path, 'rule'), 'with')
  return [...own, ...pairsOf(rule['with']).map((pair) => ({ ...pair, path: place, key }))]
}

function pairsOf(written: unknown): { from: string; to: string }[] {
  if (Array.isArray(written))
    return written.map((name) => ({ from: String(name), to: String(name) }))
  if (!isObject(written)) return []
  return Object.entries(written).map(([from, to]) => ({ from, to: String(to) }))
}

function reportMissing({ from, path }: Copy, parent: TableConfig, report: Report): void {
  const names = parent.columns.map(({ name }) => name)
  const message = `${quote(parent.name)} has no column ${quote(from)}`
  report.problem(path, message, nameHint(from, names))
}

function copiedColumn(
  { type, precision, sensitivity, readable }: ColumnConfig,
  copy: Copy,
): ColumnConfig {
  return {
    ...{ path: copy.path, name: copy.to, type, precision, rule: { type: 'reference' } },
    ...{ rule_given: true, conditional_rules: [], nullable: null, primary_key: false },
    ...{ foreign_key: false, unique: false, not_null: false, locale: null, sensitivity, readable },
    ...{ format: null, min_length: null, max_length: null, anomalies: null },
  }
}
