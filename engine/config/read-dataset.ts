// The whole document as written to its normal form: top-level settings, tables, and the one-table form with `fields`.
import type { DatasetConfig, TableConfig } from './dataset-config.ts'
import { parseInstant } from './dates.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { readLocale } from './read-locale.ts'
import { readColumns, readTable } from './read-table.ts'
import { DatasetConfigSchema, OutputSchema, TABLES_MAX } from './schema.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { OutputFormat } from './types.ts'

const DEFAULT_LOCALE = 'en_US'
const ONE_TABLE_NAME = 'data'
const DEEP = ['tables', 'fields', 'output', 'output_format', 'locale', 'now']
const FORMATS: readonly OutputFormat[] = ['csv', 'jsonl']
const LATER_FORMATS = ['json', 'sql', 'parquet', 'arrow']
const WORKS = `Formats of this release: ${FORMATS.join(', ')}.`

const LATER = {
  samples: 'Leave samples out, and write a rule for each column',
  anomalies: 'Leave anomalies out',
}

const HINTS = {
  columns: 'Write tables: [{name: data, columns: [...]}]',
  foreign_keys: 'Write foreign_keys on the table that refers to another',
  total_rows: 'Write rows: 1000',
}

const OUTPUT_LATER = {
  csv: 'Leave csv out: comma, minimal quotes, a header, LF',
  sql: WORKS,
  parquet: WORKS,
  compression: 'Leave compression out',
}

export function emptyConfig(): DatasetConfig {
  return {
    version: 1,
    seed: null,
    now: null,
    locale: DEFAULT_LOCALE,
    rows: null,
    output_format: null,
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
    output_format: readOutput(fields, report),
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

function readOutput(fields: Fields, report: Report): OutputFormat | null {
  const { output, output_format: short } = fields
  if (output !== undefined && !isObject(output)) {
    report.problem('/output', 'output is an object', 'Write output: {format: csv}')
    return null
  }
  const options = { what: 'output', deep: ['format'], later: OUTPUT_LATER }
  if (output !== undefined) checkShape(OutputSchema, output, '/output', report, options)
  const long = output?.['format']
  if (long !== undefined) return readFormat(long, '/output/format', report)
  return short === undefined ? null : readFormat(short, '/output_format', report)
}

function readFormat(value: unknown, path: string, report: Report): OutputFormat | null {
  const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
  const format = name === 'ndjson' ? 'jsonl' : FORMATS.find((known) => known === name)
  if (format !== undefined) return format
  if (LATER_FORMATS.includes(name)) {
    report.unsupported(path, `The format ${name} is not supported by this release`, WORKS)
  } else {
    report.problem(path, `There is no format ${quote(value)}`, nameHint(name, FORMATS))
  }
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
  return [{ path: '', name, rows: null, locale: null, columns, foreign_keys: [] }]
}
