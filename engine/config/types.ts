// The resolved config: what a job pins, workers compile and verify reads. Everything is explicit; no defaults
// are left. Its RFC 8785 SHA-256 is the job's config digest, so a change of shape is a change of engine version.

import type { Anomalies } from './anomaly-types.ts'
import type { EntityRule } from './entity-rules.ts'
import type { LearnedConditions, LearnedRule } from './learned-rule.ts'
import type { MadeUpRule } from './made-up-rules.ts'
import type { WordRule } from './word-rules.ts'

export type ColumnType =
  | 'int'
  | 'float'
  | 'decimal'
  | 'str'
  | 'bool'
  | 'uuid'
  | 'date'
  | 'datetime'
  | 'time'
  | 'json'

export type Scalar = string | number | boolean | null

export type Operator =
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not_in'
  | 'between'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'matches'
  | 'is_null'
  | 'is_not_null'

export type Condition =
  | { column: string; operator: Operator; value: Scalar | Scalar[] }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

/** Bounds cut the law itself: its values are those of the law that lie between them. */
export type LawRule = { min: number | null; max: number | null } & (
  | { type: 'exponential'; rate: number; decimals: number }
  | { type: 'gamma' | 'pareto' | 'weibull'; shape: number; scale: number; decimals: number }
  | { type: 'beta'; alpha: number; beta: number; decimals: number }
  | { type: 'poisson'; mean: number }
  | { type: 'binomial'; n: number; p: number }
  /** Trials up to the first success: 1, 2, ... */
  | { type: 'geometric'; p: number }
  /** 1 .. n; without n every whole number. */
  | { type: 'zipf'; s: number; n: number | null }
)

/** A value inside JSON: the type that its rule makes, and digits after the point of decimals. */
export type JsonPart = { type: ColumnType; scale: number | null; rule: Rule }

/** Times are whole seconds since 1970 UTC, dates whole days since 1970; both bounds inclusive. */
export type Rule =
  | { type: 'sequence'; start: number; step: number; prefix: string; pad: number }
  | { type: 'range'; min: number; max: number; step: number | null; decimals: number }
  | { type: 'choice'; values: Scalar[]; weights: number[] | null }
  | { type: 'constant'; value: Scalar }
  | { type: 'boolean'; probability: number }
  | { type: 'uuid'; version: 4 }
  /** Rows in order from `min` on where `max` is null, else times drawn from `min` to `max`. */
  | { type: 'uuid'; version: 7; min: number; max: number | null }
  | {
      type: 'normal' | 'lognormal'
      mean: number
      stddev: number
      min: number | null
      max: number | null
      decimals: number
    }
  | LawRule
  | {
      type: 'mixture'
      parts: { weight: number; rule: Rule }[]
      min: number | null
      max: number | null
    }
  /** In the bin from each edge up to the next, not included, as often as its count says; all values there alike. */
  | {
      type: 'histogram'
      edges: number[]
      counts: number[]
      min: number | null
      max: number | null
      decimals: number
    }
  /** Without `format` a pattern of the locale's word list, which earlier releases resolved to. */
  | { type: 'phone'; locale: string; format?: 'e164' | 'national' | 'international' }
  | WordRule
  /** Words of a regular expression, which patterns become too. */
  | { type: 'regex'; value: string }
  /** `business_days`: Monday to Friday alone. `format`: the layout that text shows (engine/rules/layout.ts). */
  | { type: 'date'; min: number; max: number; business_days?: true; format?: string }
  /** `zone`: what text shows the moment in, and whose business days count. */
  | {
      type: 'datetime'
      min: number
      max: number
      business_days?: true
      zone?: string
      format?: string
    }
  /** Whole seconds since midnight. */
  | { type: 'time'; min: number; max: number; format?: string }
  | EntityRule
  /** One of the combinations of several columns: the value that this one has in each. `lead` is their first column. */
  | { type: 'together'; lead: string; values: Scalar[]; weights: number[] | null }
  | MadeUpRule
  /** Degrees; `from`: the column of points that it is read from. */
  | { type: 'latitude' | 'longitude'; min: number; max: number; decimals: number; from?: string }
  /** In a box (south, west, north, east), around a center or on a track; without any on the whole Earth. */
  | {
      type: 'point'
      box?: [number, number, number, number]
      center?: { latitude: number; longitude: number }
      radius_km?: number
      track?: { latitude: number; longitude: number }[]
      decimals: number
    }
  /** JSON of values by rules of their own; `length` is a number of items or the rule that draws it. */
  | { type: 'object'; fields: (JsonPart & { name: string })[] }
  | { type: 'array'; items: JsonPart; length: number | Rule }
  /** Literal text and `{column}` or `{rule}` slots, already parsed. */
  | { type: 'template'; parts: (string | { column: string } | { rule: Rule })[] }
  | { type: 'expression'; value: string; decimals: number | null }
  /** A function of a plug-in of the config; `decimals` null: as returned. */
  | {
      type: 'custom'
      plugin: string
      function: string
      parameters: unknown
      from: string[]
      decimals: number | null
    }
  /** What a model draws for its target of this number (`learned` of the table names the model). */
  | LearnedRule
  /** A parent's key column (by name) as drawn or grouped by the foreign key with this index in the table. */
  | { type: 'reference'; table: string; column: string; foreign_key: number }

export type Nullable = { rate: number } | { when: string }

export type ResolvedColumn = {
  name: string
  type: ColumnType
  /** Digits after the point of a decimal column's values. */
  scale: number | null
  rule: Rule | null
  conditional_rules: { condition: Condition; rule: Rule }[]
  nullable: Nullable | null
  unique: boolean
  primary_key: boolean
  sensitivity: string | null
  /** How text formats show the values. */
  format?: string
  /** Bounds on the characters of a text. */
  min_length?: number
  max_length?: number
}

/** The law of the number of children of one parent row. */
export type Children =
  | { type: 'fixed'; value: number }
  | { type: 'range'; min: number; max: number }
  | { type: 'poisson'; mean: number; max: number | null }
  /** As a rule of an int column draws them; `max` is more than it ever makes. */
  | { type: 'law'; rule: Rule; max: number }

/** The law of a table that refers to itself; rows before `roots` have no parent. */
export type SelfReference =
  /** A parent is in the level above. */
  | { type: 'tree'; depth: number; roots: number }
  /** A parent is in any level above. */
  | { type: 'graph'; depth: number; roots: number }
  /** A parent is any earlier row. */
  | { type: 'earlier'; roots: number }

export type ResolvedForeignKey = {
  parent_table: string
  parent_columns: string[]
  child_columns: string[]
  /** Null: each child row draws its parent uniformly. Otherwise child rows are grouped by parent. */
  children: Children | null
  /** Of a table's reference to itself. */
  self?: SelfReference
  /**
   * Of a key that shares columns with `foreign_key`, an earlier one of the table: `via` is the foreign key of that one's
   * parent that leads to the table which both have in common, null where it is that parent. Rows of this key's parent
   * are drawn among those that their foreign key `grouped_by` gives the same row there; null: it is that row.
   */
  within?: { foreign_key: number; via: number | null; grouped_by: number | null }
}

/** Met by every row, after its columns are drawn. */
export type TableConstraint =
  /** Of each edge the first column is at most the second, after each is lowered by its shift (units of the last digit). */
  | { type: 'order'; columns: string[]; edges: [number, number][]; shifts: number[] }
  /** `bounds`: least and greatest value by column, in units of the last digit; null: the values are shares. */
  | { type: 'sum'; columns: string[]; equals: string; bounds: [number, number][] | null }

export type ResolvedTable = {
  name: string
  /** Null where a foreign key's `children` decides it: the plan computes it. */
  rows: number | null
  columns: ResolvedColumn[]
  foreign_keys: ResolvedForeignKey[]
  /** Columns whose values together do not repeat, where none of them is unique by itself. */
  unique?: string[][]
  constraints?: TableConstraint[]
  anomalies?: Anomalies
  /** Of single columns, after those of the table. */
  column_anomalies?: (Anomalies & { column: string })[]
  /** Where columns have rules of the type `learned`: the model, by the SHA-256 of its file (lower-case hex). */
  learned?: { model: string; conditions?: LearnedConditions }
  /** Of a list: the table whose damaged rows its rows are. Its columns have no rules. */
  anomalies_of?: string
}

export type OutputFormat = 'csv' | 'json' | 'jsonl' | 'sql' | 'parquet' | 'arrow'

/**
 * `null`: how a null is spelled; strings that look like it are quoted. `database`: as that one reads every value:
 * moments without T and Z, values as they are where other files show a layout, no text that it would take for a mark.
 */
export type CsvOptions = {
  delimiter: string
  quote: string
  header: boolean
  null: string
  line_ending: 'lf' | 'crlf'
  database?: SqlDialect
}

export type SqlDialect = 'postgresql' | 'mysql' | 'sqlite'

/** `copy` is PostgreSQL's alone. INSERT statements are cut at multiples of `rows_per_insert`. */
export type SqlOptions = {
  dialect: SqlDialect
  mode: 'insert' | 'copy'
  rows_per_insert: number
}

export type ParquetOptions = { compression: 'none' | 'snappy' | 'gzip' | 'zstd' }

/** `compression` is that of the buffers of record batches. */
export type ArrowOptions = { container: 'file' | 'stream'; compression: 'none' | 'zstd' }

/**
 * What a file looks like. Options of other formats are absent, and so are those of CSV and Arrow when all are the
 * default.
 */
export type ResolvedOutput = {
  format: OutputFormat
  csv?: CsvOptions
  sql?: SqlOptions
  parquet?: ParquetOptions
  arrow?: ArrowOptions
  /** Of text formats; absent: none. */
  compression?: 'gzip' | 'zstd'
  /**
   * Rows of a block, where the file is made of blocks (Parquet, Arrow, compressed text): blocks start at multiples of
   * it, and the bytes depend on it. `chunk_rows` is a multiple of it.
   */
  block_rows?: number
}

export type ResolvedConfig = {
  version: 1
  engine_version: string
  seed: number
  /** Submission time, whole seconds since 1970 UTC. */
  now: number
  locale: string
  output: ResolvedOutput
  chunk_rows: number
  /** Sources of plug-ins by name; absent when there are none. */
  plugins?: Record<string, string>
  tables: ResolvedTable[]
}
