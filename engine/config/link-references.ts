// Foreign keys made explicit: left-out columns filled in, columns tied to their key, and a key of its own for every
// reference rule that names its parent.

import { copyColumns, coveringKey } from './copy-columns.ts'
import type {
  ColumnConfig,
  DatasetConfig,
  ForeignKeyConfig,
  TableConfig,
} from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import { leadingFirst } from './shared-columns.ts'
import type { SelfReference } from './types.ts'

/** The config with complete foreign keys; what they name is checked apart. */
export function linkReferences(config: DatasetConfig, report: Report): DatasetConfig {
  const tables = config.tables.map((table) => {
    const keys = table.foreign_keys.map((key) => complete(key, table, config))
    const all = [...leadingFirst([...keys, ...keysOfRules(table, keys, config)])]
    const copying = copyColumns({ ...table, foreign_keys: all }, config, report)
    return { ...copying, columns: copying.columns.map((column) => tie(column, copying, report)) }
  })
  return { ...config, tables }
}

/** Of a table that refers to itself and does not say how. */
const EARLIER: SelfReference = { type: 'earlier', roots: 1 }

function complete(
  key: ForeignKeyConfig,
  child: TableConfig,
  { tables }: DatasetConfig,
): ForeignKeyConfig {
  const parent = tables.find(({ name }) => name === key.parent_table)
  const parent_columns =
    key.parent_columns.length > 0
      ? key.parent_columns
      : (parent?.columns ?? []).filter((c) => c.primary_key).map((c) => c.name)
  const self = key.self ?? (parent === child ? EARLIER : null)
  if (key.child_columns.length > 0) return { ...key, parent_columns, self }
  const here = parent_columns.filter((name) => child.columns.some((c) => c.name === name))
  return { ...key, parent_columns, child_columns: here, self }
}

/** `rule: {type: reference, table, column}` on a column that no foreign key covers. */
function keysOfRules(
  table: TableConfig,
  keys: ForeignKeyConfig[],
  { tables }: DatasetConfig,
): ForeignKeyConfig[] {
  return table.columns.flatMap(({ name, rule, path }) => {
    if (
      rule?.type !== 'reference' ||
      coveringKey(name, rule, keys, tables) !== undefined ||
      typeof rule['table'] !== 'string'
    )
      return []
    const parent = tables.find((one) => one.name === rule['table'])
    const column = rule['column'] ?? parent?.columns.find((one) => one.primary_key)?.name
    return [
      {
        path: at(path, 'rule'),
        parent_table: rule['table'],
        parent_columns: typeof column === 'string' ? [column] : [],
        child_columns: [name],
        children: null,
        self: parent === table ? EARLIER : null,
        copies: [],
      },
    ]
  })
}

/** A column of a foreign key takes its value from the parent, whatever else was implied for it. */
function tie(column: ColumnConfig, table: TableConfig, report: Report): ColumnConfig {
  const covered = table.foreign_keys.some(({ child_columns }) =>
    child_columns.includes(column.name),
  )
  const copied = table.foreign_keys.some(({ copies }) =>
    copies.some(({ to }) => to === column.name),
  )
  if (!(covered || copied) || !column.readable) return column
  if (column.rule_given && column.rule?.type !== 'reference') {
    report.warning(
      `${table.name}.${column.name}: the rule ${quote(column.rule?.type ?? '')} is not used, its foreign key decides`,
    )
  }
  const rule = column.rule?.type === 'reference' ? column.rule : { type: 'reference' }
  return { ...column, foreign_key: covered || column.foreign_key, rule }
}
