// What the config and the request say of the files, to what is written: every option that matters is explicit.

import type { OutputConfig } from './dataset-config.ts'
import { ARROW_DEFAULTS, TEXT_FORMATS } from './output-formats.ts'
import type { Report } from './problem.ts'
import { CSV_DEFAULTS } from './read-csv-options.ts'
import type {
  ArrowOptions,
  ParquetOptions,
  ResolvedColumn,
  ResolvedOutput,
  SqlDialect,
  SqlOptions,
} from './types.ts'

const SQL_DEFAULTS: SqlOptions = { dialect: 'postgresql', mode: 'insert', rows_per_insert: 1000 }

/** What a request may say in place of the config. `database`: whose tables the rows are written into. */
export type OutputRequest = Pick<OutputConfig, 'format' | 'compression'> & {
  dialect?: SqlDialect
  container?: ArrowOptions['container']
  database?: SqlDialect
}

/** Without blocks; problems are reported at `/output`. */
export function resolveOutput(
  config: OutputConfig,
  request: OutputRequest,
  report: Report,
): ResolvedOutput {
  if (request.database !== undefined) return databaseOutput(request.database, request, report)
  const format = request.format ?? config.format ?? 'csv'
  const { compression } = request
  const own = { ...config, ...(compression === undefined ? {} : { compression }) }
  checkRequest(format, request, report)
  switch (format) {
    case 'csv':
      return { format, ...csvOptions(own), ...textCompression(own, format, report) }
    case 'json':
    case 'jsonl':
      return { format, ...textCompression(own, format, report) }
    case 'sql':
      return {
        format,
        sql: sqlOptions(own, request, report),
        ...textCompression(own, format, report),
      }
    case 'parquet':
      return { format, parquet: parquetOptions(config, request) }
    case 'arrow':
      return { format, ...arrowOptions(config, request, report) }
  }
}

/** What the config says of files counts for files alone. */
function databaseOutput(
  database: SqlDialect,
  { format = 'csv', compression = 'none', dialect, container }: OutputRequest,
  report: Report,
): ResolvedOutput {
  const refuse = (key: string, what: string) => {
    const message = `${what}, and the parts of a job that writes into a database are plain CSV`
    report.problem(`/output/${key}`, message, `Leave ${key} out`)
  }
  if (format !== 'csv') refuse('format', `The format is ${format}`)
  if (compression !== 'none') refuse('compression', `The compression is ${compression}`)
  if (dialect !== undefined) refuse('dialect', 'dialect is for files of the format sql')
  if (container !== undefined) refuse('container', 'container is for files of the format arrow')
  return { format: 'csv', csv: { ...CSV_DEFAULTS, null: 'NULL', database } }
}

const ONE_FORMAT = { dialect: 'sql', container: 'arrow' } as const

function checkRequest(format: string, request: OutputRequest, report: Report): void {
  for (const key of ['dialect', 'container'] as const) {
    const only = ONE_FORMAT[key]
    if (request[key] === undefined || format === only) continue
    const message = `${key} is for the format ${only}, not for ${format}`
    report.problem(`/output/${key}`, message, `Leave ${key} out, or write format: ${only}`)
  }
}

function csvOptions({ csv }: OutputConfig): Pick<ResolvedOutput, 'csv'> {
  const options = { ...CSV_DEFAULTS, ...csv }
  const isDefault = Object.entries(CSV_DEFAULTS).every(
    ([key, value]) => options[key as keyof typeof options] === value,
  )
  return isDefault ? {} : { csv: options }
}

function sqlOptions({ sql }: OutputConfig, { dialect }: OutputRequest, report: Report): SqlOptions {
  const options = { ...SQL_DEFAULTS, ...sql, ...(dialect === undefined ? {} : { dialect }) }
  if (options.mode === 'copy' && options.dialect !== 'postgresql') {
    const hint = 'Write mode: insert, or dialect: postgresql'
    report.problem('/output/sql/mode', `${options.dialect} has no COPY text`, hint)
  }
  return options
}

function parquetOptions(
  { compression, parquet }: OutputConfig,
  request: OutputRequest,
): ParquetOptions {
  return { compression: request.compression ?? parquet?.compression ?? compression ?? 'zstd' }
}

function arrowOptions(
  { compression, arrow }: OutputConfig,
  request: OutputRequest,
  report: Report,
): Pick<ResolvedOutput, 'arrow'> {
  const container = request.container ?? arrow?.container ?? ARROW_DEFAULTS.container
  const own = request.compression ?? arrow?.compression ?? compression ?? ARROW_DEFAULTS.compression
  if (own !== 'none' && own !== 'zstd') {
    report.problem('/output/compression', `${own} is not for arrow`, 'Write zstd or none')
    return {}
  }
  const options = { container, compression: own }
  const isDefault = container === ARROW_DEFAULTS.container && own === ARROW_DEFAULTS.compression
  return isDefault ? {} : { arrow: options }
}

function textCompression(
  { compression }: OutputConfig,
  format: string,
  report: Report,
): Pick<ResolvedOutput, 'compression'> {
  if (compression === undefined || compression === 'none') return {}
  if (compression !== 'snappy') return { compression }
  const message = `snappy is for parquet, not for ${format}`
  report.problem('/output/compression', message, 'Write gzip or zstd')
  return {}
}

const BLOCK_ROWS = [100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10]
const COMPRESSED_TEXT_ROWS = 10_000
const BLOCK_BYTES_MAX = 16_000_000
const TEXT_BYTES = 32

/** The file's rows of a block, from the config alone; null for formats that have none. */
export function blockRowsOf(
  { format, compression }: ResolvedOutput,
  tables: readonly { columns: readonly ResolvedColumn[] }[],
): number | null {
  const isText = TEXT_FORMATS.includes(format)
  if (isText && compression === undefined) return null
  const sizeOf = isText ? bytesOf : columnarBytesOf
  const widest = Math.max(
    1,
    ...tables.map(({ columns }) => columns.reduce((sum, column) => sum + sizeOf(column), 0)),
  )
  const most = isText ? COMPRESSED_TEXT_ROWS : Number.POSITIVE_INFINITY
  const fitting = BLOCK_ROWS.find((rows) => rows <= most && rows * widest <= BLOCK_BYTES_MAX)
  return fitting ?? (BLOCK_ROWS.at(-1) as number)
}

const UUID_BYTES = 16
const CODE_BYTES = 4
const LISTED = ['choice', 'constant', 'first_name', 'last_name', 'city']

/** Where a list of strings is kept once, and each value is its place in it. */
function columnarBytesOf(column: ResolvedColumn): number {
  const { type, rule, conditional_rules } = column
  if (type === 'uuid') return UUID_BYTES
  const isListed = rule !== null && LISTED.includes(rule.type) && conditional_rules.length === 0
  return isListed && type === 'str' ? CODE_BYTES : bytesOf(column)
}

/** About as many as a value takes in memory. */
function bytesOf({ type, rule }: ResolvedColumn): number {
  if (type === 'uuid') return 36
  if (type !== 'str' && type !== 'json') return 8
  if (rule?.type === 'constant') return longest([rule.value])
  if (rule?.type === 'choice') return longest(rule.values)
  return TEXT_BYTES
}

const longest = (values: readonly unknown[]): number =>
  values.reduce<number>((most, value) => Math.max(most, String(value).length), TEXT_BYTES)
