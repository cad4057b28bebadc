// Configs as users write them, and changes of them that are tried.

import { stringify } from 'yaml'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { planConfig } from '#engine/plan.ts'
import type { WrittenColumn } from './column-config.ts'

export type WrittenTable = {
  name: string
  rows?: number
  columns: WrittenColumn[]
  constraints?: Record<string, unknown>[]
  foreign_keys?: Record<string, unknown>[]
}

/** As users write it (docs/config.md), without a seed. */
export type WrittenConfig = { version: 1; tables: WrittenTable[] }

/** As a file of users. */
export function configText(config: WrittenConfig): string {
  return stringify(config, { lineWidth: 120 })
}

/** `keeps` are columns of numbers that must stay spread as they were. */
export type Change = { change: (table: WrittenTable) => void; keeps?: string[] }

/** First rows of a table; null where the language does not take the config, or cannot make them. */
export function rowsOf(config: WrittenConfig, at: number, rows: number): Scalar[][] | null {
  const { config: parsed, problems } = parseConfig(config)
  if (problems.length > 0) return null
  try {
    const { resolved } = resolveConfig(parsed, { now: 0, seed: 0 })
    const { tables } = compile(resolved, planConfig(resolved))
    const named = tables.find(({ name }) => name === config.tables[at]?.name)
    return named?.values(0, Math.min(rows, named.rows)) ?? null
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

/** A name that formulas can spell. */
export function isPlain(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name)
}

export function constrain(table: WrittenTable, constraint: Record<string, unknown>): void {
  table.constraints = [...(table.constraints ?? []), constraint]
}

/** The column of this name, which the table has. */
export function columnOf({ columns }: WrittenTable, name: string): WrittenColumn {
  return columns.find((column) => column.name === name) as WrittenColumn
}
