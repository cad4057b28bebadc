// The whole document as written to its normal form: top-level settings, tables, and the one-table form with `fields`.
import type { DatasetConfig, TableConfig } from './dataset-config.ts'
import { parseInstant } from './dates.ts'
import { at, quote, type Report } from './problem.ts'
import { readLocale } from './read-locale.ts'
import { readOutput } from './read-output.ts'
import { readPlugins } from './read-plugins.ts'
import { readColumns, readTable } from './read-table.ts'
import { DatasetConfigSchema, TABLES_MAX } from './schema.ts'
import { checkShape, type Fields, isObject } from './shape.ts'

const DEFAULT_LOCALE = 'en_US'
const ONE_TABLE_NAME = 'data'
const DEEP = ['tables', 'plugins', 'fields', 'output', 'output_format', 'locale', 'now']

const LATER = {
  anomalies: 'Write anomalies on a table',
}

const HINTS = {
  columns: 'Write tables: [{name: data, columns: [...]}]',
  foreign_keys: 'Write foreign_keys on the table that refers to another',
  total_rows: 'Write rows: 1000',
}

export function emptyConfig(): DatasetConfig {
  return {
    version: 1,
    seed: null,
    now: null,
    locale: DEFAULT_LOCALE,
    rows: null,
    output: {},
    plugins: {},
    tables: [],
  }
}

/** What could be read; the report says what could not. */
export function readDataset(value: unknown, report: Report): DatasetConfig {
  if (!isObject(value)) {
    report.problem(
      '',
      'A config is an object with tables',
      'Write tables: [{name: ..., columns: [...]}]',
    )
    return emptyConfig()
  }
  const fields = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
  const options = { what: 'config', deep: DEEP, later: LATER, hints: HINTS }
  checkShape(DatasetConfigSchema, fields, '', report, options)
  return {
    version: 1,
    seed: typeof fields['seed'] === 'number' ? fields['seed'] : null,
    now: readNow(fields['now'], report),
    locale: readLocale(fields['locale'], '/locale', report) ?? DEFAULT_LOCALE,
    rows: typeof fields['rows'] === 'number' ? fields['rows'] : null,
    output: readOutput(fields, report),
    plugins: readPlugins(fields['plugins'], report),
    tables: readTables(fields, report),
  }
}

function readNow(value: unknown, report: Report): number | null {
  if (value === undefined) return null
  const instant = typeof value === 'string' ? parseInstant(value) : null
  if (instant !== null) return instant.seconds
  report.problem('/now', `${quote(value)} is no moment`, 'Write now: "2026-01-01T00:00:00Z"')
  return null
}

function readTables(fields: Fields, report: Report): TableConfig[] {
  const { tables } = fields
  if (tables === undefined) return readOneTable(fields, report)
  if (fields['fields'] !== undefined) {
    report.problem('/fields', 'fields stands in place of tables', 'Write tables alone')
  }
  if (!Array.isArray(tables) || tables.length === 0) {
    const hint = 'Write tables: [{name: customers, columns: [...]}]'
    report.problem('/tables', 'tables is a list of at least one table', hint)
    return []
  }
  if (tables.length > TABLES_MAX) {
    report.problem('/tables', `${tables.length} tables are too many`, `Write at most ${TABLES_MAX}`)
    return []
  }
  return tables
    .map((table: unknown, i) => readTable(table, at('/tables', i), report))
    .filter((table) => table !== null)
}

/** The form with `fields` at the top is one table, named after the config. */
function readOneTable(fields: Fields, report: Report): TableConfig[] {
  if (fields['fields'] === undefined) {
    report.problem(
      '',
      'The config needs tables',
      'Write tables: [{name: customers, columns: [...]}]',
    )
    return []
  }
  const name = typeof fields['name'] === 'string' ? fields['name'] : ONE_TABLE_NAME
  const columns = readColumns({ fields: fields['fields'] }, '', report)
  return [
    {
      path: '',
      name,
      rows: null,
      locale: null,
      columns,
      foreign_keys: [],
      unique: [],
      constraints: [],
      anomalies: null,
    },
  ]
}
