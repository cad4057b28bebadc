// One table as written; `fields` and `table_name` are other names for `columns` and `name`.
import type { ColumnConfig, ForeignKeyConfig, TableConfig } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import { readAnomalies, TableAnomaliesSchema } from './read-anomalies.ts'
import { readColumn } from './read-column.ts'
import { readForeignKey } from './read-foreign-key.ts'
import { readLocale } from './read-locale.ts'
import { readTableConstraints } from './read-table-constraints.ts'
import { readUnique } from './read-unique.ts'
import { COLUMNS_MAX, TableSchema } from './schema.ts'
import { checkShape, type Fields, isObject } from './shape.ts'

const DEEP = ['columns', 'fields', 'foreign_keys', 'locale', 'unique', 'constraints', 'anomalies']

const HINTS = {
  tree: 'Write foreign_keys: [{parent_table: <this table>, child_column: parent_id, tree: {depth: 4, roots: 1}}]',
}

/** What a table's file would be called must be a file name everywhere. */
const UNSAFE_NAME = /[\p{Cc}\p{Bidi_Control}/\\:*?"<>|]|^\.|^\s|[\s.]$/u
/** File systems take 255 bytes, of which the extension and a compression's suffix need some. */
const NAME_BYTES_MAX = 200

/** Null when the table has no name or is no object; columns that cannot be read are left out and reported. */
export function readTable(value: unknown, path: string, report: Report): TableConfig | null {
  if (!isObject(value)) {
    report.problem(path, 'A table is an object', 'Write {name: customers, columns: [...]}')
    return null
  }
  const options = { what: 'table', deep: DEEP, hints: HINTS }
  checkShape(TableSchema, value, path, report, options)
  const nameKey = value['name'] === undefined ? 'table_name' : 'name'
  const name = value[nameKey]
  report.written(at(path, 'name'), at(path, nameKey))
  if (name === undefined) report.problem(path, 'The table needs a name', 'Write name: customers')
  if (typeof name !== 'string' || name === '') return null
  if (UNSAFE_NAME.test(name)) {
    const hint = 'Use letters, digits, spaces, - and _: it names a file'
    report.problem(at(path, nameKey), `The table name ${quote(name)} is not usable`, hint)
  } else if (Buffer.byteLength(name) > NAME_BYTES_MAX) {
    const hint = `Use at most ${NAME_BYTES_MAX} bytes of UTF-8: it names a file`
    report.problem(at(path, nameKey), `The table name ${quote(name)} is too long`, hint)
  }
  return {
    path,
    name,
    rows: typeof value['rows'] === 'number' ? value['rows'] : null,
    locale: readLocale(value['locale'], at(path, 'locale'), report),
    columns: readColumns(value, path, report),
    foreign_keys: readForeignKeys(value['foreign_keys'], at(path, 'foreign_keys'), report),
    unique: readUnique(value['unique'], at(path, 'unique'), report),
    anomalies: readAnomalies(
      value['anomalies'],
      at(path, 'anomalies'),
      TableAnomaliesSchema,
      report,
    ),
    constraints: readTableConstraints(value['constraints'], at(path, 'constraints'), report),
  }
}

/** The columns of a table, or of a config that is one table. */
export function readColumns(table: Fields, path: string, report: Report): ColumnConfig[] {
  const key = table['columns'] === undefined && table['fields'] !== undefined ? 'fields' : 'columns'
  const list = table[key]
  const place = at(path, key)
  report.written(at(path, 'columns'), place)
  if (!Array.isArray(list) || list.length === 0) {
    const where = list === undefined ? path : place
    report.problem(where, 'A table needs columns', 'Write columns: [{name: id, type: int}]')
    return []
  }
  if (list.length > COLUMNS_MAX) {
    report.problem(place, `${list.length} columns are too many`, `Write at most ${COLUMNS_MAX}`)
    return []
  }
  return list
    .map((column: unknown, i) => readColumn(column, at(place, i), report))
    .filter((column) => column !== null)
}

function readForeignKeys(value: unknown, path: string, report: Report): ForeignKeyConfig[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    report.problem(path, 'foreign_keys is a list', 'Write - {parent_table: customers, ...}')
    return []
  }
  return value
    .map((key: unknown, i) => readForeignKey(key, at(path, i), report))
    .filter((key) => key !== null)
}
