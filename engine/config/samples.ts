// Tables that a config names as samples: columns without a rule take theirs, and what holds between them.

import { at, createReport, nameHint, quote, type Report } from './problem.ts'
import { readColumn } from './read-column.ts'
import { readColumnType } from './read-column-type.ts'
import { type Fields, isObject } from './shape.ts'
import type { ColumnType } from './types.ts'

/** Columns and constraints as users write them. */
export type SampledTable = { columns: readonly Fields[]; constraints: readonly Fields[] }

export type Sample = {
  /** Names of its columns, in order. */
  columns: readonly string[]
  /** Its columns of these names, without what only others of its columns decide. */
  take(names: ReadonlySet<string>): SampledTable
}

/** By what configs call them. */
export type Samples = ReadonlyMap<string, Sample>

/** Of one config: their profiles are in memory while it is read. */
export const SAMPLES_MAX = 100

const EXAMPLE = 'Write samples: {customers: ds_...}, a table and a dataset'

/** What a config as written calls its samples, each once; none of more than it may name. */
export function samplesNamed(config: unknown): string[] {
  if (!isObject(config) || !isObject(config['samples'])) return []
  const names = Object.values(config['samples'])
  const once = new Set(names.filter((name): name is string => typeof name === 'string'))
  return once.size > SAMPLES_MAX ? [] : [...once]
}

/**
 * The config as if what it takes from its samples were written in it, without `samples`; itself where it names none.
 * `samples` null: there are none here, which the report says of a config that names one.
 */
export function withSamples(config: unknown, samples: Samples | null, report: Report): unknown {
  if (!isObject(config)) return config
  const { samples: named, ...rest } = config
  if (named === undefined || named === null) return config
  if (samples === null)
    report.unsupported(
      '/samples',
      'samples are datasets of an installation, and there is none here',
      'Leave samples out, and write a rule for each column',
    )
  else if (!isObject(named)) report.problem('/samples', 'samples must be an object', EXAMPLE)
  else if (new Set(Object.values(named)).size > SAMPLES_MAX)
    report.problem('/samples', 'The config names too many datasets', `Name at most ${SAMPLES_MAX}`)
  else return withTables(rest, filledTables(rest, named, samples, report), report)
  return rest
}

const hasFields = ({ tables, fields }: Fields): boolean =>
  tables === undefined && fields !== undefined

function tablesOf(config: Fields): unknown[] {
  const { name = 'data', fields, tables } = config
  if (hasFields(config)) return [{ name, columns: fields }]
  return Array.isArray(tables) ? [...tables] : []
}

/** The form with `fields` has no place for constraints. */
function withTables(config: Fields, tables: unknown[], report: Report): Fields {
  if (!hasFields(config)) return { ...config, tables }
  const { fields: _columns, name: _table, ...rest } = config
  report.written('/tables/0/columns', '/fields')
  return { ...rest, tables }
}

function filledTables(config: Fields, named: Fields, samples: Samples, report: Report): unknown[] {
  const tables = tablesOf(config)
  const names = tables.map((table) =>
    isObject(table) ? (table['name'] ?? table['table_name']) : null,
  )
  for (const [name, id] of Object.entries(named)) {
    const [number, place] = [names.indexOf(name), at('/samples', name)]
    const [table, sample] = [tables[number], samples.get(String(id))]
    if (!isObject(table)) {
      const hint = nameHint(
        name,
        names.filter((one) => typeof one === 'string'),
      )
      report.problem(place, `There is no table ${quote(name)}`, hint)
    } else if (sample === undefined) report.problem(place, `${quote(id)} is no dataset`, EXAMPLE)
    else tables[number] = filled(table, at('/tables', number), { name: String(id), sample }, report)
  }
  return tables
}

type Named = { name: string; sample: Sample }

function filled(table: Fields, path: string, { name, sample }: Named, report: Report): Fields {
  const key = table['columns'] === undefined && table['fields'] !== undefined ? 'fields' : 'columns'
  const own = table[key] ?? null
  if (own === null) return joined(table, 'columns', sample.take(new Set(sample.columns)))
  if (!Array.isArray(own)) return table
  const decided = decidedBy(table)
  const open = own.filter((column) => isOpen(column, decided))
  for (const { name: column } of open)
    if (!sample.columns.includes(column))
      report.warning(
        `Column ${quote(column)} of table ${quote(table['name'])} has no rule, and ${name} has no such column: its type decides.`,
      )
  const taken = sample.take(new Set(open.map((column) => column.name)))
  const foundOf = new Map(taken.columns.map((column) => [column['name'], column]))
  const columns = own.map((column: unknown, i) => {
    const found = isOpen(column, decided) ? foundOf.get(column.name) : undefined
    return found ? merged(column as OpenColumn, found, at(at(path, key), i), report) : column
  })
  return joined({ ...table }, key, { columns, constraints: taken.constraints })
}

type Written = { columns: readonly unknown[]; constraints: readonly Fields[] }

function joined(table: Fields, key: string, { columns, constraints }: Written): Fields {
  const own = table['constraints'] ?? []
  if (constraints.length === 0 || !Array.isArray(own)) return { ...table, [key]: columns }
  return { ...table, [key]: columns, constraints: [...own, ...constraints] }
}

/** Columns that keys and constraints of the table itself decide. */
function decidedBy({ foreign_keys: keys, constraints }: Fields): Set<unknown> {
  const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : [])
  return new Set([
    ...list(keys).flatMap((key) => [
      ...[key['child_column'] ?? key['parent_column'], key['child_columns']].flat(),
    ]),
    ...list(constraints).flatMap(({ fixed }) => (Array.isArray(fixed) ? fixed : [])),
  ])
}

type OpenColumn = Fields & { name: string }

/** Whether neither a rule, nor its type, nor bounds or keys say what a column holds. */
function isOpen(column: unknown, decided: ReadonlySet<unknown>): column is OpenColumn {
  if (!isObject(column) || typeof column['name'] !== 'string') return false
  if (decided.has(column['name']) || (column['conditional_rules'] ?? null) !== null) return false
  const type = column['type'] ?? 'str'
  const unheard = createReport()
  const read = readColumn({ ...column, type }, '', unheard)
  if (read === null || read.rule_given || read.foreign_key) return false
  return typeof type === 'string' && readColumnType(type, '', unheard)?.rule === null
}

/** Types that take what a rule of others makes. */
const TAKES: Readonly<Partial<Record<ColumnType, readonly ColumnType[]>>> = {
  float: ['int', 'decimal'],
  decimal: ['int', 'float'],
  str: ['uuid'],
  uuid: ['str'],
}

/** What is written of a column goes before what its sample has. */
function merged(own: OpenColumn, found: Fields, path: string, report: Report): Fields {
  const { constraints: _keys, nullable, format, ...taken } = found
  const [wanted, sampled] = [typeOf(own), typeOf(found)]
  const isSame = wanted === null || wanted === sampled
  if (!isSame && (sampled === null || !TAKES[wanted]?.includes(sampled))) {
    const message = `${quote(own.name)} is ${sampled} in its sample, not ${wanted}`
    report.problem(at(path, 'type'), message, `Write type: ${sampled}, or a rule`)
    return own
  }
  const read = readColumn({ ...taken, ...own }, '', createReport())
  const isNeverNull = read !== null && (read.primary_key || read.not_null)
  return {
    ...taken,
    ...(nullable !== undefined && !isNeverNull && { nullable }),
    ...(format !== undefined && isSame && { format }),
    ...own,
  }
}

function typeOf({ type }: Fields): ColumnType | null {
  return typeof type === 'string' ? (readColumnType(type, '', createReport())?.type ?? null) : null
}
