// The profile of a table: what is known about its columns and what holds between them, as JSON. Of columns that
// identify or are free text, and of what says something about a person, it holds figures and shapes, no value.

import type { GeneratedRule } from '#engine/models/prepare.ts'
import type { FieldType, Semantic } from '#engine/table/table.ts'

export type Profile = {
  version: 1
  table: string
  rows: number
  /**
   * Rows that quantiles, histograms, laws, patterns and all that is between columns are of: all of them, or as many
   * drawn by seed. Counts, nulls, distinct values, extremes, means and repeated rows are always of all.
   */
  sampled_rows: number
  columns: ColumnProfile[]
  /** Rows that are equal to an earlier one in every column. */
  duplicate_rows: Estimate
  /** Sets of columns that are null together, commonest first; columns that are always null are left out. */
  null_patterns: NullPattern[]
  /** Columns, or pairs of columns none of which is one by itself, that no two rows agree in. */
  keys: Key[]
  pairs: PairProfile[]
  dependencies: Dependency[]
  combinations: Combination[]
  orders: Order[]
  sums: Sum[]
  quality: Quality
}

/** `error` is the relative standard error of a count that is not exact. */
export type Estimate = { count: number; exact: boolean; error: number }

export type ColumnProfile = {
  name: string
  type: FieldType
  semantic: Semantic | null
  decimals: number
  layout: string | null
  zone: string | null
  nulls: number
  distinct: Estimate
  constant: boolean
  /** No value has two rows. */
  unique: boolean
  /** Each value is at least, or at most, the one before; null for neither, and for fewer than two different ones. */
  sorted: 'ascending' | 'descending' | null
  /** Null for what is not a number, a date or a time, for personal ones and for whole numbers that never repeat. */
  numbers: NumberProfile | null
  /** Null for numbers. */
  texts: TextProfile | null
  /** Of rows that are not null; values that 5 rows have at least; null where values are not shown. */
  top_values: TopValue[] | null
  pii: PersonalClass | null
  /** What makes such values, where values are not shown or nearly all rare; of the config language. */
  rule: GeneratedRule | null
}

/** Dates are days since 1970, datetimes seconds since 1970 UTC, times seconds since midnight. */
export type NumberProfile = {
  min: number
  max: number
  mean: number
  deviation: number
  zeros: number
  negatives: number
  /** At the shares of `QUANTILE_SHARES`. */
  quantiles: number[]
  /** Bins of equal width, the last with its upper edge. */
  histogram: Histogram
  /** Bins of about a hundredth of the rows each, frequent values in bins of their own; without the rarest extremes. */
  spread: Histogram
  law: FittedLaw | null
}

export const QUANTILE_SHARES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const

/** Shares of the rows that are not null, one fewer than edges. */
export type Histogram = { edges: number[]; shares: number[] }

/** A rule of the config language; `distance` is that of Kolmogorov and Smirnov. */
export type FittedLaw = { rule: GeneratedRule; distance: number }

export type TextProfile = {
  /** Characters, of all rows. */
  shortest: number
  longest: number
  mean_length: number
  empty: number
  /** `AAA-999` for capital letters, others and digits; those that 5 rows have; commonest first. */
  patterns: { pattern: string; share: number }[]
  /** An expression that texts like these match. */
  regex: string | null
}

export type TopValue = { value: string | number; rows: number }

/** `confidence`: the share of values that are such by a check of their own; null where there is none. */
export type PersonalClass = { class: Semantic; confidence: number | null }

export type NullPattern = { columns: string[]; rows: number; share: number }

/** `exact` where all rows were looked at, or as many different values as fit. */
export type Key = { columns: string[]; exact: boolean }

/** Values from -1 (or 0) to 1; null where they are undefined or of other kinds of columns. */
export type PairProfile = {
  columns: [string, string]
  pearson: number | null
  spearman: number | null
  /** Bergsma's (2013), corrected for bias. */
  cramers_v: number | null
  /** Of the numbers among the categories. */
  correlation_ratio: number | null
}

/** In this share of the rows the dependent value is the commonest of those with the same determinant. */
export type Dependency = { determinant: string; dependent: string; share: number }

/** The values that columns have together; of exact dependencies. */
export type Combination = { columns: string[]; values: (string | number)[][]; rows: number[] }

/**
 * In all rows where both are there; `strict` where they are never equal. `gap` is what is between them, and
 * `gap_share` its variance as a share of that of `high`: small where `low` leaves little to say.
 */
export type Order = {
  low: string
  high: string
  strict: boolean
  gap: Histogram
  gap_share: number
}

/** In all rows where all are there, to the last digit. */
export type Sum = { parts: string[]; total: string }

/** From 0 to 100. */
export type Quality = { score: number; findings: Finding[] }

export type Finding = {
  kind:
    | 'empty'
    | 'no_rows'
    | 'nulls'
    | 'constant'
    | 'duplicates'
    | 'no_key'
    | 'skewed'
    | 'rare_levels'
    | 'patterns'
    | 'personal'
    | 'redundant'
  columns: string[]
  /** What the score loses by it. */
  points: number
  advice: string
}
