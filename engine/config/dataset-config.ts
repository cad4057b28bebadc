// A config as the language means it, after its short forms and dialects are read: what checks and resolution work on.
// `path` is the JSON pointer of the node in what was sent.

import type { AnomalyKind } from './anomaly-types.ts'
import type { RuleInput } from './rules/rule-spec.ts'
import type {
  ArrowOptions,
  Children,
  ColumnType,
  Condition,
  CsvOptions,
  Nullable,
  OutputFormat,
  ParquetOptions,
  Scalar,
  SelfReference,
  SqlOptions,
} from './types.ts'

export type { RuleInput } from './rules/rule-spec.ts'

export type ConditionalRule = { path: string; condition: Condition; rule: RuleInput }

export type ColumnConfig = {
  path: string
  name: string
  type: ColumnType
  /** Digits and scale as written in decimal(p,s); null where the type does not say. */
  precision: { digits: number; scale: number } | null
  rule: RuleInput | null
  /** False where the rule is the one that the type implies. */
  rule_given: boolean
  conditional_rules: ConditionalRule[]
  nullable: Nullable | null
  primary_key: boolean
  foreign_key: boolean
  unique: boolean
  not_null: boolean
  locale: string | null
  sensitivity: string | null
  format: string | null
  min_length: number | null
  max_length: number | null
  /** Of this column alone; its `columns` is null. */
  anomalies: AnomaliesConfig | null
  /** False where the type or the rule could not be read: checks that need them pass such a column over. */
  readable: boolean
}

export type ForeignKeyConfig = {
  path: string
  parent_table: string
  parent_columns: string[]
  child_columns: string[]
  children: Children | null
  /** Of a reference to the table itself. */
  self: SelfReference | null
  /** Other columns of the parent, and the columns of this table that take their values. */
  copies: { from: string; to: string }[]
}

export type Operand = { column: string } | { value: Scalar }

/** `low` is below `high`, or where not `strict` at most equal. */
export type Relation = { low: Operand; high: Operand; strict: boolean }

export type TableConstraintConfig = { path: string } & (
  | { type: 'order'; relations: Relation[] }
  | { type: 'sum'; columns: string[]; equals: string; shares: boolean }
  | { type: 'fixed'; columns: string[]; values: Scalar[][]; weights: number[] | null }
)

/** `kinds` and `columns` null: all that are possible. `label` null: no such column. */
export type AnomaliesConfig = {
  path: string
  ratio: number
  kinds: AnomalyKind[] | null
  columns: string[] | null
  label: string | null
  /** Whether the damaged rows are listed in a table of their own. */
  label_file: boolean
}

export type TableConfig = {
  path: string
  name: string
  rows: number | null
  locale: string | null
  columns: ColumnConfig[]
  foreign_keys: ForeignKeyConfig[]
  /** Columns whose values together do not repeat. */
  unique: { path: string; columns: string[] }[]
  constraints: TableConstraintConfig[]
  anomalies: AnomaliesConfig | null
}

/** As far as the config says. `compression: none` says that there is none. */
export type OutputConfig = {
  format?: OutputFormat
  compression?: 'none' | 'gzip' | 'zstd' | 'snappy'
  csv?: Partial<CsvOptions>
  sql?: Partial<SqlOptions>
  parquet?: Partial<ParquetOptions>
  arrow?: Partial<ArrowOptions>
}

export type DatasetConfig = {
  version: 1
  seed: number | null
  /** Whole seconds since 1970 UTC. */
  now: number | null
  locale: string
  rows: number | null
  output: OutputConfig
  /** Sources by name. */
  plugins: Record<string, string>
  tables: TableConfig[]
}
