// A table of values in memory, column by column: what uploads become, what models learn from, what is evaluated.

/** What the values of a column are, whatever they were written as. */
export type FieldType =
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'category'
  | 'text'
  | 'id'

/** Dates, moments and times of the day. */
export type Temporal = Extract<FieldType, 'date' | 'datetime' | 'time'>

export function isTemporal(type: FieldType): type is Temporal {
  return type === 'date' || type === 'datetime' || type === 'time'
}

/** What the values mean, where that is known. Those of `PERSONAL` say something about a person. */
export type Semantic =
  | 'email'
  | 'phone'
  | 'first_name'
  | 'last_name'
  | 'full_name'
  | 'username'
  | 'street'
  | 'address'
  | 'city'
  | 'state'
  | 'postcode'
  | 'country'
  | 'latitude'
  | 'longitude'
  | 'iban'
  | 'card_number'
  | 'national_id'
  | 'ip'
  | 'ipv6'
  | 'mac'
  | 'url'
  | 'domain'
  | 'uuid'
  | 'company'
  | 'job'
  | 'currency'
  | 'gender'
  | 'age'

/** Meanings whose values are never kept in a model, a shared profile, a preview or an output. */
export const PERSONAL: ReadonlySet<Semantic> = new Set<Semantic>([
  'email',
  'phone',
  'first_name',
  'last_name',
  'full_name',
  'username',
  'street',
  'address',
  'iban',
  'card_number',
  'national_id',
  'ip',
  'ipv6',
  'mac',
])

/** Whether the field's values say something about a person. */
export function isPersonal({ semantic }: Pick<Field, 'semantic'>): boolean {
  return semantic !== null && PERSONAL.has(semantic)
}

export type Field = {
  name: string
  type: FieldType
  semantic: Semantic | null
  /** Digits after the point that values have at most; 0 but for decimals and fractions of seconds. */
  decimals: number
  /**
   * How dates and times were written (engine/rules/layout.ts), null for ISO 8601; of numbers what stood around them
   * (engine/rules/number-layout.ts), null for nothing.
   */
  layout: string | null
  /** Zone that datetimes were written in, of the IANA database or a fixed offset such as `+05:30`; null for UTC and for all else. */
  zone: string | null
}

/**
 * Numbers as such, dates as days since 1970, datetimes as seconds since 1970 UTC, times as seconds since midnight.
 * NaN is null; there are no infinities.
 */
export type NumberColumn = { kind: 'number'; field: Field; values: Float64Array }

/** Codes into `levels`, -1 is null. Levels are distinct; those of booleans are 'false' and 'true'. */
export type CategoryColumn = {
  kind: 'category'
  field: Field
  codes: Int32Array
  levels: readonly string[]
}

/** Ids and free text. */
export type TextColumn = { kind: 'text'; field: Field; values: readonly (string | null)[] }

export type Column = NumberColumn | CategoryColumn | TextColumn

export type Table = { name: string; rows: number; columns: readonly Column[] }

/** Which of the three shapes hold a type's values. */
export function kindOf(type: FieldType): Column['kind'] {
  if (type === 'category' || type === 'boolean') return 'category'
  return type === 'text' || type === 'id' ? 'text' : 'number'
}

export function isNullAt(column: Column, row: number): boolean {
  switch (column.kind) {
    case 'number':
      return Number.isNaN(column.values[row])
    case 'category':
      return (column.codes[row] as number) < 0
    case 'text':
      return column.values[row] === null
  }
}

export function nullsOf(column: Column, rows: number): number {
  let nulls = 0
  for (let row = 0; row < rows; row++) if (isNullAt(column, row)) nulls++
  return nulls
}

/** Rows of each level; nulls are not counted. */
export function levelCounts({ codes, levels }: CategoryColumn): Float64Array {
  const counts = new Float64Array(levels.length)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    if (code >= 0) counts[code] = (counts[code] as number) + 1
  }
  return counts
}

/** The least and the greatest number; Infinity and -Infinity where all are null. */
export function extremes(values: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** The rows of these numbers, in this order. */
export function takeRows(table: Table, rows: Int32Array): Table {
  return { ...table, rows: rows.length, columns: table.columns.map((column) => take(column, rows)) }
}

function take(column: Column, rows: Int32Array): Column {
  switch (column.kind) {
    case 'number':
      return { ...column, values: Float64Array.from(rows, (row) => column.values[row] as number) }
    case 'category':
      return { ...column, codes: rows.map((row) => column.codes[row] as number) }
    case 'text':
      return { ...column, values: Array.from(rows, (row) => column.values[row] ?? null) }
  }
}
