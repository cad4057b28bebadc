// `anomalies` of a table: as written, checked, and resolved into the cells that each kind may damage.
import Type from 'typebox'
import { pow10 } from '#engine/math/decimal.ts'
import { boundsOf, digitsOf } from './column-bounds.ts'
import type { AnomaliesConfig, ColumnConfig, DatasetConfig, TableConfig } from './dataset-config.ts'
import { jointGroups } from './joint-groups.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { only } from './schema-parts.ts'
import { checkShape, isObject } from './shape.ts'
import type { Anomalies, AnomalyKind, ColumnType, ResolvedColumn } from './types.ts'

const KINDS: readonly AnomalyKind[] = ['outlier', 'null', 'typo', 'swap', 'duplicate', 'drift']
const DEFAULT_RATIO = 0.01
const DEFAULT_LABEL = 'is_anomaly'
const EXAMPLE = 'Write anomalies: {ratio: 0.01, kinds: [outlier, typo], label: is_anomaly}'

const AnomaliesObject = Type.Object(
  {
    ratio: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: `Share of the rows, exact to one row; by default ${DEFAULT_RATIO}`,
        examples: [0.01],
      }),
    ),
    kinds: Type.Optional(
      // YAML reads the bare word null as a null.
      Type.Array(Type.Union([...KINDS.map((kind) => Type.Literal(kind)), Type.Null()]), {
        minItems: 1,
        maxItems: KINDS.length,
        description: 'What is done to a row; by default all that the columns allow',
        examples: [['outlier', 'typo', 'swap', 'duplicate', 'drift']],
      }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 10_000,
        description: 'Columns that may be damaged; by default all but keys',
        examples: [['amount', 'city']],
      }),
    ),
    label: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Literal(false)], {
        description: `Column that says which rows are damaged; by default ${DEFAULT_LABEL}`,
        examples: [DEFAULT_LABEL],
      }),
    ),
  },
  { ...only, description: 'Rows that are not what the rules say', examples: [{ ratio: 0.01 }] },
)

export const AnomaliesSchema = Type.Optional(AnomaliesObject)

/** Null where none are written. */
export function readAnomalies(
  value: unknown,
  path: string,
  report: Report,
): AnomaliesConfig | null {
  if (value === undefined || value === null || value === false) return null
  if (!isObject(value)) {
    report.problem(path, 'anomalies is an object', EXAMPLE)
    return null
  }
  if (!checkShape(AnomaliesObject, value, path, report, { what: 'anomalies' })) return null
  const { ratio, kinds, columns, label } = value as Partial<{
    ratio: number
    kinds: (AnomalyKind | null)[]
    columns: string[]
    label: string | false
  }>
  return {
    path,
    ratio: ratio ?? DEFAULT_RATIO,
    kinds: kinds === undefined ? null : [...new Set(kinds.map((kind) => kind ?? 'null'))],
    columns: columns === undefined ? null : [...new Set(columns)],
    label: label === false ? null : (label ?? DEFAULT_LABEL),
  }
}

export function checkAnomalies({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    if (table.anomalies !== null) checkTable(table, table.anomalies, report)
  }
}

function checkTable(table: TableConfig, anomalies: AnomaliesConfig, report: Report): void {
  const { path, columns, label } = anomalies
  const names = table.columns.map(({ name }) => name)
  if (label !== null && names.includes(label)) {
    const message = `${quote(table.name)} has a column ${quote(label)} already`
    report.problem(at(path, 'label'), message, 'Write label: another_name, or label: false')
  }
  for (const [i, name] of (columns ?? []).entries()) {
    const column = table.columns.find((one) => one.name === name)
    const place = at(at(path, 'columns'), i)
    if (column === undefined) {
      report.problem(
        place,
        `${quote(table.name)} has no column ${quote(name)}`,
        nameHint(name, names),
      )
    } else if (isKey(column, table)) {
      const message = `${quote(name)} is a key or unique, and keys are never damaged`
      report.problem(place, message, 'Leave it out')
    }
  }
  if (table.columns.some(({ readable }) => !readable)) return
  const possible = targetsOf(table, anomalies)
  const missing = (anomalies.kinds ?? []).filter((kind) => !possible[kind])
  for (const kind of missing) {
    const message = `No column of ${quote(table.name)} allows anomalies of kind ${kind}`
    report.problem(at(path, 'kinds'), message, NEEDS[kind])
  }
  if (anomalies.kinds === null && !KINDS.some((kind) => possible[kind])) {
    report.problem(
      path,
      `${quote(table.name)} has only keys, which are never damaged`,
      'Leave anomalies out',
    )
  }
}

const NEEDS: Readonly<Record<AnomalyKind, string>> = {
  outlier: 'It needs a column of numbers, dates or times that is no key',
  drift: 'It needs a column of numbers, dates or times that is no key',
  null: 'It needs a column that is neither a key nor not_null',
  typo: 'It needs a column of type str that is no key',
  swap: 'It needs two columns of one type that are no keys',
  duplicate: 'It needs a column that is no key',
}

function isKey(
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

type Targets = Record<AnomalyKind, boolean> & {
  numbers: ColumnConfig[]
  nullable: ColumnConfig[]
  texts: ColumnConfig[]
  copied: ColumnConfig[]
  pairs: [ColumnConfig, ColumnConfig][]
}

function targetsOf(table: TableConfig, { columns }: AnomaliesConfig): Targets {
  const free = table.columns.filter(
    (column) => !isKey(column, table) && (columns === null || columns.includes(column.name)),
  )
  const plain = free.filter(({ type, rule }) => {
    const laidOut = type !== 'str' && (rule?.['format'] ?? rule?.['zone']) !== undefined
    return !WHOLE.includes(type) && !laidOut
  })
  const numbers = plain.filter(({ type }) => MOVED.includes(type))
  const nullable = free.filter(({ not_null }) => !not_null)
  const texts = plain.filter(({ type }) => type === 'str')
  const pairs = pairsOf(plain)
  return {
    ...{ numbers, nullable, texts, copied: plain, pairs },
    ...{ outlier: numbers.length > 0, drift: numbers.length > 0, null: nullable.length > 0 },
    ...{ typo: texts.length > 0, swap: pairs.length > 0, duplicate: plain.length > 0 },
  }
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

/** Of a table without problems; null where it has none. `columns` are its resolved ones. */
export function lowerAnomalies(
  table: TableConfig,
  columns: readonly ResolvedColumn[],
): Anomalies | null {
  const { anomalies } = table
  if (anomalies === null) return null
  const { ratio, kinds, label } = anomalies
  const targets = targetsOf(table, anomalies)
  const chosen = KINDS.filter((kind) => targets[kind] && (kinds ?? KINDS).includes(kind))
  const has = (...wanted: AnomalyKind[]) => wanted.some((kind) => chosen.includes(kind))
  const names = (list: readonly ColumnConfig[]) => list.map(({ name }) => name)
  return {
    ...{ ratio, kinds: chosen, label },
    numbers: has('outlier', 'drift')
      ? names(targets.numbers).map((column) => ({ column, spread: spreadOf(column, columns) }))
      : [],
    nullable: has('null') ? names(targets.nullable) : [],
    texts: has('typo') ? names(targets.texts) : [],
    pairs: has('swap') ? targets.pairs.map(([a, b]): [string, string] => [a.name, b.name]) : [],
    copied: has('duplicate') ? names(targets.copied) : [],
  }
}

/** Standard deviations that nearly all values of a normal law lie within. */
const NORMAL_SPREAD = 6

/** Between the least and the greatest value, where that is known; else 0. */
function spreadOf(name: string, columns: readonly ResolvedColumn[]): number {
  const column = columns.find((one) => one.name === name)
  if (column === undefined) return 0
  const unit = column.type === 'float' ? pow10(digitsOf(column)) : 1
  const { low, high } = boundsOf(column)
  if (Number.isFinite(high - low)) return (high - low) / unit
  if (column.rule?.type !== 'normal') return 0
  const digits = column.type === 'decimal' ? pow10(digitsOf(column)) : 1
  return NORMAL_SPREAD * column.rule.stddev * digits
}

/** The column that says which rows are damaged; its values are set where the rows are. */
export function labelColumn(name: string): ResolvedColumn {
  return {
    ...{ name, type: 'bool', scale: null, rule: { type: 'constant', value: false } },
    ...{ conditional_rules: [], nullable: null, unique: false, primary_key: false },
    sensitivity: null,
  }
}
