// Which columns of a table each kind of anomaly may damage.

import type { AnomalyKind } from './anomaly-types.ts'
import type { AnomaliesConfig, ColumnConfig, TableConfig } from './dataset-config.ts'
import { jointGroups } from './joint-groups.ts'
import type { ColumnType } from './types.ts'

/** Keys and what is unique keep their values, so that every table still joins. */
export function isKey(
  { name, primary_key, unique, foreign_key }: ColumnConfig,
  table: TableConfig,
): boolean {
  return (
    primary_key ||
    unique ||
    foreign_key ||
    table.foreign_keys.some(({ child_columns }) => child_columns.includes(name)) ||
    jointGroups(table).some(({ columns }) => columns.includes(name))
  )
}

const MOVED: readonly ColumnType[] = ['int', 'float', 'decimal', 'date', 'datetime']
const WHOLE: readonly ColumnType[] = ['uuid', 'json']

export type Targets = Record<AnomalyKind, boolean> & {
  numbers: ColumnConfig[]
  nullable: ColumnConfig[]
  texts: ColumnConfig[]
  copied: ColumnConfig[]
  pairs: [ColumnConfig, ColumnConfig][]
}

/** Columns with anomalies of their own are left to these, but that a duplicate is one in every column. */
export function targetsOfTable(table: TableConfig, { columns }: AnomaliesConfig): Targets {
  const free = table.columns.filter(
    (column) => !isKey(column, table) && (columns === null || columns.includes(column.name)),
  )
  const shared = free.filter(({ anomalies }) => anomalies === null)
  return targetsOf(shared, plainOf(free))
}

/** Of a column by itself; swap takes two. */
export function targetsOfColumn(column: ColumnConfig): Targets {
  return targetsOf([column], plainOf([column]))
}

function targetsOf(free: ColumnConfig[], copied: ColumnConfig[]): Targets {
  const plain = plainOf(free)
  const numbers = plain.filter(({ type }) => MOVED.includes(type))
  const nullable = free.filter(({ not_null }) => !not_null)
  const texts = plain.filter(({ type }) => type === 'str')
  const pairs = pairsOf(plain)
  return {
    ...{ numbers, nullable, texts, copied, pairs },
    ...{ outlier: numbers.length > 0, drift: numbers.length > 0, null: nullable.length > 0 },
    ...{ typo: texts.length > 0, swap: pairs.length > 0, duplicate: copied.length > 0 },
  }
}

/** Values that can be changed, not only taken away. */
function plainOf(columns: ColumnConfig[]): ColumnConfig[] {
  return columns.filter(({ type, rule }) => {
    const laidOut = type !== 'str' && (rule?.['format'] ?? rule?.['zone']) !== undefined
    return !WHOLE.includes(type) && !laidOut
  })
}

/** Each column with the next of its type; booleans are left out, as a swap of them seldom shows. */
function pairsOf(columns: readonly ColumnConfig[]): [ColumnConfig, ColumnConfig][] {
  return columns.flatMap((column, i): [ColumnConfig, ColumnConfig][] => {
    const scale = column.precision?.scale
    const next = columns
      .slice(i + 1)
      .find(({ type, precision }) => type === column.type && precision?.scale === scale)
    return next === undefined || column.type === 'bool' ? [] : [[column, next]]
  })
}
