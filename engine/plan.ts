// The plan of a job: how many rows and chunks each table has, parents first. Made from the config alone, in
// time proportional to the parents whose children have to be counted.

import { damagedRows, listedLaws } from './anomaly-laws.ts'
import type { ResolvedConfig, ResolvedForeignKey, ResolvedTable } from './config/types.ts'
import { AppError } from './errors.ts'
import { CHILDREN_DRAW } from './random/draws.ts'
import { createGenerator } from './random/generator.ts'
import { streamKey } from './random/key.ts'
import { createRows, setRange } from './rows.ts'
import { createCount, fixedCount, PARENTS_PER_BLOCK } from './rules/children.ts'

export type PlannedTable = {
  name: string
  rows: number
  chunk_rows: number
  /** At least 1: the header of a table without rows has a chunk to be in. */
  chunks: number
  /**
   * Where children are grouped by a law that varies: the foreign key, and the number of children of all
   * parents before each block of 4,096 parents; the last entry counts all.
   */
  children?: { foreign_key: number; prefix: number[] }
}

/** JSON-serialisable. */
export type Plan = { tables: PlannedTable[] }

function parentsOf(table: ResolvedTable, byName: Map<string, ResolvedTable>): ResolvedTable[] {
  const others = table.foreign_keys.filter((key) => key.parent_table !== table.name)
  const listed = table.anomalies_of === undefined ? [] : [table.anomalies_of]
  return [...others.map((key) => key.parent_table), ...listed].map((name) => {
    const parent = byName.get(name)
    if (parent) return parent
    throw new AppError('invalid_config', `table ${table.name}: no table ${name}`)
  })
}

/** Tables with every parent before its children; ties in the config's order. */
function parentsFirst(tables: readonly ResolvedTable[]): ResolvedTable[] {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const state = new Map<string, 'open' | 'done'>()
  const order: ResolvedTable[] = []
  const visit = (table: ResolvedTable): void => {
    const known = state.get(table.name)
    if (known === 'done') return
    if (known === 'open') {
      throw new AppError('invalid_config', `foreign keys form a circle at table ${table.name}`)
    }
    state.set(table.name, 'open')
    for (const parent of parentsOf(table, byName)) visit(parent)
    state.set(table.name, 'done')
    order.push(table)
  }
  for (const table of tables) visit(table)
  return order
}

/** Prefix sums of the children of `parentRows` parents. */
function countAll(
  config: ResolvedConfig,
  table: ResolvedTable,
  key: ResolvedForeignKey,
  parentRows: number,
): number[] {
  const column = key.child_columns[0] ?? ''
  const stream = { key: streamKey(config.seed, table.name, column), draw: CHILDREN_DRAW }
  if (!key.children) return []
  const count = createCount(key.children, createGenerator(PARENTS_PER_BLOCK), stream)
  const rows = createRows(PARENTS_PER_BLOCK)
  const counts = new Float64Array(PARENTS_PER_BLOCK)
  const prefix = [0]
  let sum = 0
  for (let from = 0; from < parentRows; from += PARENTS_PER_BLOCK) {
    setRange(rows, from, Math.min(from + PARENTS_PER_BLOCK, parentRows))
    count(counts, rows)
    for (let i = 0; i < rows.n; i++) sum += counts[i] as number
    prefix.push(sum)
  }
  return prefix
}

function planTable(
  config: ResolvedConfig,
  table: ResolvedTable,
  rowsOf: Map<string, number>,
): PlannedTable {
  const index = table.foreign_keys.findIndex((key) => key.children !== null)
  const key = table.foreign_keys[index]
  const sized = (rows: number): PlannedTable => ({
    name: table.name,
    rows,
    chunk_rows: config.chunk_rows,
    chunks: Math.max(1, Math.ceil(rows / config.chunk_rows)),
  })
  const source = config.tables.find(({ name }) => name === table.anomalies_of)
  if (source) {
    const damaged = listedLaws(source).map((law) => damagedRows(law, rowsOf.get(source.name) ?? 0))
    return sized(damaged.reduce((sum, rows) => sum + rows, 0))
  }
  if (!key?.children) {
    if (table.rows === null) {
      throw new AppError('invalid_config', `table ${table.name} has no number of rows`)
    }
    return sized(table.rows)
  }
  const parentRows = rowsOf.get(key.parent_table) ?? 0
  const each = fixedCount(key.children)
  if (each !== null) return sized(parentRows * each)
  const prefix = countAll(config, table, key, parentRows)
  return { ...sized(prefix.at(-1) ?? 0), children: { foreign_key: index, prefix } }
}

/** The plan of a config. AppError `invalid_config`: circular foreign keys, unknown parents. */
export function planConfig(config: ResolvedConfig): Plan {
  const rowsOf = new Map<string, number>()
  const tables = parentsFirst(config.tables).map((table) => {
    const planned = planTable(config, table, rowsOf)
    rowsOf.set(table.name, planned.rows)
    return planned
  })
  return { tables }
}
