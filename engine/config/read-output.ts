// `output` and `output_format` as written to their normal form: words in any case and their other spellings.

import type { OutputConfig } from './dataset-config.ts'
import { FORMATS } from './output-formats.ts'
import { ArrowSchema, CsvSchema, OutputSchema, ParquetSchema, SqlSchema } from './output-schema.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { readCsv } from './read-csv-options.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { OutputFormat } from './types.ts'

const HINTS = {
  dialect: 'Write sql: {dialect: postgresql}',
  delimiter: 'Write csv: {delimiter: ";"}',
  container: 'Write arrow: {container: stream}',
}

/** What the config says of its files; the report says what is wrong with it. */
export function readOutput(fields: Fields, report: Report): OutputConfig {
  const { output, output_format: short } = fields
  if (output !== undefined && !isObject(output)) {
    report.problem('/output', 'output is an object', 'Write output: {format: csv}')
    return {}
  }
  const given = withoutNulls(output ?? {})
  const options = { what: 'output', deep: Object.keys(OutputSchema.properties), hints: HINTS }
  checkShape(OutputSchema, given, '/output', report, options)
  if (given['format'] === undefined && short !== undefined) {
    report.written('/output/format', '/output_format')
  }
  const format =
    given['format'] === undefined
      ? short === undefined
        ? null
        : readFormat(short, '/output_format', report)
      : readFormat(given['format'], '/output/format', report)
  return {
    ...(format === null ? {} : { format }),
    ...readWord(given, 'compression', '/output', COMPRESSIONS, report),
    ...readPart(given, 'csv', CsvSchema, report, readCsv),
    ...readPart(given, 'sql', SqlSchema, report, readSql),
    ...readPart(given, 'parquet', ParquetSchema, report, (part, path) =>
      readWord(part, 'compression', path, PARQUET_COMPRESSIONS, report),
    ),
    ...readPart(given, 'arrow', ArrowSchema, report, readArrow),
  }
}

const withoutNulls = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

function readFormat(value: unknown, path: string, report: Report): OutputFormat | null {
  const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
  const format = name === 'ndjson' ? 'jsonl' : FORMATS.find((known) => known === name)
  if (format !== undefined) return format
  report.problem(path, `There is no format ${quote(value)}`, nameHint(name, FORMATS))
  return null
}

const COMPRESSIONS = {
  none: 'none',
  gzip: 'gzip',
  gz: 'gzip',
  zstd: 'zstd',
  zst: 'zstd',
  snappy: 'snappy',
} as const
const PARQUET_COMPRESSIONS = { ...COMPRESSIONS, uncompressed: 'none' } as const
const ARROW_COMPRESSIONS = {
  none: 'none',
  uncompressed: 'none',
  zstd: 'zstd',
  zst: 'zstd',
} as const
const CONTAINERS = { file: 'file', stream: 'stream' } as const
const DIALECTS = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
} as const
const MODES = { insert: 'insert', copy: 'copy' } as const

/** The field as the word that it stands for; nothing where it is absent or wrong. */
function readWord<K extends string, T extends string>(
  fields: Fields,
  key: K,
  path: string,
  words: Readonly<Record<string, T>>,
  report: Report,
): { [P in K]?: T } {
  const value = fields[key]
  if (value === undefined) return {}
  const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
  const word = Object.hasOwn(words, name) ? words[name] : undefined
  if (word !== undefined) return { [key]: word } as { [P in K]?: T }
  const known = [...new Set(Object.values(words))]
  report.problem(at(path, key), `There is no ${key} ${quote(value)}`, nameHint(name, known))
  return {}
}

type PartSchema = typeof CsvSchema | typeof SqlSchema | typeof ParquetSchema | typeof ArrowSchema

function readPart<K extends 'csv' | 'sql' | 'parquet' | 'arrow', T>(
  fields: Fields,
  key: K,
  schema: PartSchema,
  report: Report,
  read: (part: Fields, path: string, report: Report) => T,
): { [P in K]?: T } {
  const value = fields[key]
  if (value === undefined) return {}
  const path = at('/output', key)
  if (!isObject(value)) {
    report.problem(path, `${key} of an output is an object`, `Write ${key}: {...}`)
    return {}
  }
  const part = withoutNulls(key === 'csv' ? namedNull(value, report) : value)
  const usable = checkShape(schema, part, path, report, { what: `${key} output` })
  return usable ? ({ [key]: read(part, path, report) } as { [P in K]?: T }) : {}
}

/** YAML takes an unquoted `null` before a colon for nothing, not for a name. */
function namedNull(csv: Fields, report: Report): Fields {
  const { '': value, ...fields } = csv
  if (value === undefined) return csv
  if (value === null) {
    const hint = 'Write "null": "NULL"'
    report.problem('/output/csv/null', 'null of CSV is text, and YAML reads none here', hint)
  }
  return { ...fields, null: value }
}

function readSql(part: Fields, path: string, report: Report) {
  const rows = part['rows_per_insert']
  return {
    ...readWord(part, 'dialect', path, DIALECTS, report),
    ...readWord(part, 'mode', path, MODES, report),
    ...(typeof rows === 'number' ? { rows_per_insert: rows } : {}),
  }
}

function readArrow(part: Fields, path: string, report: Report) {
  return {
    ...readWord(part, 'container', path, CONTAINERS, report),
    ...readWord(part, 'compression', path, ARROW_COMPRESSIONS, report),
  }
}
