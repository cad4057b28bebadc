// The list of a table's damaged rows, which is a table too: its name, its columns, and how it joins.
import { damagedRows, listedLaws, touchedBy } from '#engine/anomaly-laws.ts'
import type { TableConfig } from './dataset-config.ts'
import { at } from './problem.ts'
import type { ColumnType, ResolvedColumn, ResolvedTable } from './types.ts'

/** Beside the columns of the table's primary key, which stand behind the first. */
export const LIST_COLUMNS: readonly string[] = ['row', 'kind', 'columns', 'original']

/** What the list is called, and where it was asked for; null where it was not. */
export function listOf({
  name,
  anomalies,
  columns,
}: TableConfig): { name: string; path: string } | null {
  const asking = [anomalies, ...columns.map((column) => column.anomalies)].find(
    (own) => own?.label_file === true,
  )
  return asking ? { name: `${name}_anomalies`, path: at(asking.path, 'label_file') } : null
}

function listColumn(name: string, type: ColumnType, sensitivity: string | null): ResolvedColumn {
  return {
    ...{ name, type, scale: null, rule: null, conditional_rules: [], nullable: null },
    ...{ unique: false, primary_key: false, sensitivity },
  }
}

/** The list of a table as it is resolved, by the name of `listOf`. */
export function listTable(name: string, table: ResolvedTable): ResolvedTable {
  const laws = listedLaws(table)
  const touched = new Set(laws.flatMap(touchedBy))
  const secret = table.columns.find(
    (column) => touched.has(column.name) && column.sensitivity !== null,
  )
  const keys = table.columns.filter(({ primary_key }) => primary_key)
  const names = keys.map((key) => key.name)
  const { rows } = table
  return {
    name,
    rows: rows === null ? null : laws.reduce((sum, law) => sum + damagedRows(law, rows), 0),
    columns: [
      listColumn('row', 'int', null),
      ...keys.map(({ name: key, type, scale, sensitivity, format }) => ({
        ...listColumn(key, type, sensitivity),
        scale,
        ...(format !== undefined && { format }),
      })),
      listColumn('kind', 'str', null),
      listColumn('columns', 'str', null),
      listColumn('original', 'json', secret?.sensitivity ?? null),
    ],
    foreign_keys:
      keys.length === 0
        ? []
        : [
            {
              parent_table: table.name,
              parent_columns: names,
              child_columns: names,
              children: null,
            },
          ],
    anomalies_of: table.name,
  }
}
