// Short resolved configs for the engine's own tests.

import type {
  OutputFormat,
  ResolvedColumn,
  ResolvedConfig,
  ResolvedForeignKey,
  ResolvedTable,
  Rule,
} from '#engine/config/types.ts'
import { ENGINE_VERSION } from '#engine/version.ts'

/** A column with the rule and nothing else; `more` overrides. */
export function column(
  name: string,
  type: ResolvedColumn['type'],
  rule: Rule | null,
  more: Partial<ResolvedColumn> = {},
): ResolvedColumn {
  return {
    ...{ name, type, rule, scale: type === 'decimal' ? 2 : null, conditional_rules: [] },
    ...{ nullable: null, unique: false, primary_key: false, sensitivity: null },
    ...more,
  }
}

/** The sequence 1, 2, 3, ... */
export const SEQUENCE: Rule = { type: 'sequence', start: 1, step: 1, prefix: '', pad: 0 }

/** Whole numbers from min to max. */
export function range(min: number, max: number, decimals = 0): Rule {
  return { type: 'range', min, max, step: null, decimals }
}

/** An expression rule. */
export function expression(value: string, decimals: number | null = null): Rule {
  return { type: 'expression', value, decimals }
}

/** A table; `rows` null where a foreign key decides. */
export function table(
  name: string,
  rows: number | null,
  columns: ResolvedColumn[],
  foreignKeys: ResolvedForeignKey[] = [],
): ResolvedTable {
  return { name, rows, columns, foreign_keys: foreignKeys }
}

/** A config of the tables. */
export function configOf(
  tables: ResolvedTable[],
  options: { format?: OutputFormat; chunkRows?: number; seed?: number } = {},
): ResolvedConfig {
  return {
    ...{ version: 1, engine_version: ENGINE_VERSION, seed: options.seed ?? 7 },
    ...{ now: 1_767_225_600, locale: 'en', output: { format: options.format ?? 'csv' } },
    ...{ chunk_rows: options.chunkRows ?? 1000, tables },
  }
}
