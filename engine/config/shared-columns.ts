// Foreign keys that share a column, such as (tenant, customer) and (tenant, product): one of them leads, and the others
// refer to rows that agree with it, because both parents are children of the same table by that column.
import type { ForeignKeyConfig, TableConfig } from './dataset-config.ts'
import type { Children, ResolvedForeignKey } from './types.ts'

type Within = NonNullable<ResolvedForeignKey['within']>

/** What a key that shares columns follows, or why it cannot: what is wrong, and what to write. */
type Shared = { within: Within } | { fault: string; hint: string }

const shares = (a: ForeignKeyConfig, b: ForeignKeyConfig): string[] =>
  a.child_columns.filter((name) => b.child_columns.includes(name))

/** Keys in the order in which one may follow those before it; as they stand where none share a column. */
export function leadingFirst(keys: readonly ForeignKeyConfig[]): readonly ForeignKeyConfig[] {
  const shared = keys.some((key, i) => keys.slice(0, i).some((one) => shares(key, one).length > 0))
  if (!shared) return keys
  const grouping = ({ children }: ForeignKeyConfig) => Number(children !== null)
  return [...keys].sort(
    (a, b) => grouping(b) - grouping(a) || b.child_columns.length - a.child_columns.length,
  )
}

/** Null for a key that shares no column with one before it. Of complete keys, those that lead first. */
export function sharedOf(
  table: TableConfig,
  index: number,
  tables: readonly TableConfig[],
): Shared | null {
  const key = table.foreign_keys[index]
  if (key === undefined) return null
  const before = table.foreign_keys.slice(0, index)
  const sharing = before.filter((one) => shares(key, one).length > 0)
  if (sharing.length === 0) return null
  const leads = sharing.filter((one) =>
    before.slice(0, before.indexOf(one)).every((other) => shares(one, other).length === 0),
  )
  const lead = leads[0]
  const names = lead === undefined ? [] : shares(key, lead)
  const all = sharing.flatMap((one) => shares(key, one))
  if (lead === undefined || leads.length > 1 || all.some((name) => !names.includes(name))) {
    return {
      fault: `${listed(key)} shares columns with several foreign keys that do not share them with each other`,
      hint: 'Leave each column in one of them, or make one key that has all of the columns',
    }
  }
  return follow({ table, key, lead, names, tables }, before.indexOf(lead))
}

type Pair = {
  table: TableConfig
  key: ForeignKeyConfig
  lead: ForeignKeyConfig
  /** The columns that both have. */
  names: string[]
  tables: readonly TableConfig[]
}

const listed = ({ child_columns }: ForeignKeyConfig) => `(${child_columns.join(', ')})`

function follow(pair: Pair, foreignKey: number): Shared {
  const { table, key, lead, names } = pair
  const both = `${listed(key)} and ${listed(lead)} share ${names.join(', ')}`
  const fault = (why: string, hint: string): Shared => ({ fault: `${both}, and ${why}`, hint })
  if (key.children !== null) return fault('both have children', 'Leave children on one of them')
  if ([key, lead].some(({ parent_table }) => parent_table === table.name))
    return fault('one of them refers to its own table', 'Give it columns of its own')
  const unique = table.columns.find(
    (column) => isUnique(column.name, table) && key.child_columns.includes(column.name),
  )
  if (unique) return fault(`${unique.name} is unique`, 'Make another column unique')
  const found = commonTable(pair)
  if (found === null) {
    const hint = `Give ${lead.parent_table} and ${key.parent_table} a foreign key to the same table by ${names.join(', ')}, or columns of their own to this table`
    return fault('their parents do not share a parent by them', hint)
  }
  const parent = pair.tables.find(({ name }) => name === key.parent_table)
  const grouping = found.grouped_by === null ? null : parent?.foreign_keys[found.grouped_by]
  if (grouping && !(grouping.children && leastChildren(grouping.children) >= 1)) {
    const hint = `Write children: {type: range, min: 1, max: 9} on that foreign key of ${key.parent_table}`
    return fault(`a row of ${grouping.parent_table} may have no ${key.parent_table}`, hint)
  }
  return { within: { foreign_key: foreignKey, ...found } }
}

function isUnique(name: string, { columns }: TableConfig): boolean {
  const sole = columns.filter(({ primary_key }) => primary_key).length === 1
  return columns.some((one) => one.name === name && (one.unique || (one.primary_key && sole)))
}

/** How both keys come to the rows of one table by the columns that they share. */
function commonTable({ key, lead, names, tables }: Pair): Omit<Within, 'foreign_key'> | null {
  const ways = (one: ForeignKeyConfig) => waysUp(one, names, tables)
  for (const up of ways(lead))
    for (const own of ways(key))
      if (up.table === own.table && up.columns.join('\n') === own.columns.join('\n'))
        return { via: up.foreign_key, grouped_by: own.foreign_key }
  return null
}

/** Tables whose key the shared columns are: the parent itself, or a parent of the parent. */
type Way = { table: string; columns: string[]; foreign_key: number | null }

function waysUp(key: ForeignKeyConfig, names: string[], tables: readonly TableConfig[]): Way[] {
  const columns = names.map((name) => key.parent_columns[key.child_columns.indexOf(name)] ?? '')
  const whole = key.child_columns.length === names.length
  const itself = { table: key.parent_table, columns, foreign_key: null }
  const parent = tables.find(({ name }) => name === key.parent_table)
  const above = (parent?.foreign_keys ?? []).flatMap((up, foreign_key): Way[] => {
    const fits = up.child_columns.length === names.length && up.parent_table !== parent?.name
    if (!fits || columns.some((name) => !up.child_columns.includes(name))) return []
    const named = columns.map((name) => up.parent_columns[up.child_columns.indexOf(name)] ?? '')
    return [{ table: up.parent_table, columns: named, foreign_key }]
  })
  return whole ? [itself, ...above] : above
}

/** The fewest children that a law surely gives. */
function leastChildren(children: Children): number {
  if (children.type === 'fixed') return children.value
  if (children.type === 'range') return children.min
  if (children.type === 'poisson') return 0
  const { rule } = children
  if (rule.type === 'choice') return Math.min(...rule.values.map(Number))
  return 'min' in rule && rule.min !== null ? rule.min : 0
}
