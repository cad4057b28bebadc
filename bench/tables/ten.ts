// The resolved form of ten.yaml, for benches that start at the engine.

import type { OutputFormat, ResolvedColumn, ResolvedConfig, Rule } from '#engine/config/types.ts'
import { daysOf } from '#engine/math/calendar.ts'
import { ENGINE_VERSION } from '#engine/version.ts'

function column(
  name: string,
  type: ResolvedColumn['type'],
  rule: Rule,
  more: Partial<ResolvedColumn> = {},
): ResolvedColumn {
  return {
    ...{ name, type, rule, scale: type === 'decimal' ? 2 : null },
    ...{ conditional_rules: [], nullable: null, unique: false },
    ...{ primary_key: false, sensitivity: null },
    ...more,
  }
}

const locale = 'en_US'
const born = {
  min: daysOf({ year: 1950, month: 1, day: 1 }),
  max: daysOf({ year: 2005, month: 12, day: 31 }),
}
const statuses = ['active', 'inactive', 'pending', 'suspended']

const BLOCK_ROWS = 100_000

function outputOf(format: OutputFormat): Pick<ResolvedConfig, 'output' | 'chunk_rows'> {
  if (format !== 'parquet' && format !== 'arrow') return { output: { format }, chunk_rows: 10_000 }
  const options = format === 'parquet' ? { parquet: { compression: 'zstd' } as const } : {}
  return { output: { format, ...options, block_rows: BLOCK_ROWS }, chunk_rows: BLOCK_ROWS }
}

/** The ten columns of one table `people` with so many rows. */
export function tenConfig(rows: number, format: OutputFormat): ResolvedConfig {
  const sequence: Rule = { type: 'sequence', start: 1, step: 1, prefix: '', pad: 0 }
  const columns = [
    column('id', 'int', sequence, { primary_key: true }),
    column('token', 'uuid', { type: 'uuid', version: 4 }),
    column('first_name', 'str', { type: 'first_name', locale }),
    column('last_name', 'str', { type: 'last_name', locale }),
    column('email', 'str', { type: 'email', locale, from: [] }),
    column('city', 'str', { type: 'city', locale }),
    column('born_on', 'date', { type: 'date', ...born }),
    column('price', 'decimal', { type: 'range', min: 1, max: 1000, step: null, decimals: 2 }),
    column('status', 'str', { type: 'choice', values: statuses, weights: [70, 15, 10, 5] }),
    column('subscribed', 'bool', { type: 'boolean', probability: 0.5 }),
  ]
  return {
    ...{ version: 1, engine_version: ENGINE_VERSION, seed: 42, now: 1_767_225_600, locale },
    ...outputOf(format),
    tables: [{ name: 'people', rows, columns, foreign_keys: [] }],
  }
}
