// Foreign keys: which parent row each row has, and a scope over the parent's columns at those rows.

import type { ResolvedForeignKey, ResolvedTable } from './config/types.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { AppError } from './errors.ts'
import type { JointColumns } from './joint-columns.ts'
import { CHILDREN_DRAW, PARENT_DRAW } from './random/draws.ts'
import { streamKey } from './random/key.ts'
import { createPermutedRows } from './random/permuted-rows.ts'
import { createRows, type Rows, rowCapacity } from './rows.ts'
import { type ChildRange, countedRange, fixedRange } from './rules/child-ranges.ts'
import { createCount, fixedCount } from './rules/children.ts'
import {
  composed,
  countedParents,
  drawnParents,
  drawnWithin,
  fixedParents,
  type ParentRows,
} from './rules/parent-rows.ts'
import { selfRows } from './rules/self-rows.ts'
import type { Vector } from './rules/vector.ts'
import type { Scope } from './scope.ts'

/** Scopes inside scopes: references of references. Beyond this a column needs itself by way of its parents. */
const SCOPES_MAX = 32

export type ForeignKeyScope = {
  /** A column of the parent at the parent of each row; null where there is no parent. */
  vector: (column: string) => Vector
  fill: (rows: Rows) => void
}

type Surroundings = {
  batchRows: number
  above: number
  joint: JointColumns
  inner: (table: string) => Scope
  jointOf: (table: ResolvedTable) => JointColumns
}

export function keyOf(table: ResolvedTable, index: number): ResolvedForeignKey {
  const key = table.foreign_keys[index]
  if (key) return key
  throw new AppError('invalid_config', `table ${table.name}: no foreign key ${index}`)
}

function streamOf({ config }: Dataset, table: ResolvedTable, key: ResolvedForeignKey) {
  return streamKey(config.seed, table.name, key.child_columns[0] ?? '')
}

/** Parents of rows that are grouped by them. */
export function groupedParents(
  dataset: Dataset,
  table: ResolvedTable,
  key: ResolvedForeignKey,
): ParentRows | null {
  if (!key.children) return null
  const each = fixedCount(key.children)
  if (each !== null) return fixedParents(Math.max(each, 1))
  const stream = { key: streamOf(dataset, table, key), draw: CHILDREN_DRAW }
  const count = createCount(key.children, dataset.random, stream)
  const { children } = tableOf(dataset, table.name)[1]
  return countedParents(count, children?.prefix ?? [0], tableOf(dataset, key.parent_table)[1].rows)
}

/** Whether a foreign key may not repeat: its one column is unique or the whole primary key. */
function isDistinct(table: ResolvedTable, childColumns: readonly string[]): boolean {
  const keys = table.columns.filter((column) => column.primary_key)
  return table.columns.some(
    (column) =>
      childColumns.length === 1 &&
      column.name === childColumns[0] &&
      (column.unique || (column.primary_key && keys.length === 1)),
  )
}

/** The parent rows that a key follows others by, and the children of a row there that it draws from. */
function followingLaw(
  dataset: Dataset,
  table: ResolvedTable,
  key: ResolvedForeignKey,
  within: NonNullable<ResolvedForeignKey['within']>,
  around: LawSurroundings,
): ParentRows {
  const lead = keyOf(table, within.foreign_key)
  const [leading] = tableOf(dataset, lead.parent_table)
  const first = parentLaw(dataset, table, within.foreign_key, around)
  const { batchRows, jointOf } = around
  const above = { ...around, joint: jointOf(leading) }
  const up = within.via === null ? null : parentLaw(dataset, leading, within.via, above)
  const common = up ? composed(first, up, batchRows) : first
  if (within.grouped_by === null) return common
  const [own] = tableOf(dataset, key.parent_table)
  const range = childRange(dataset, own, keyOf(own, within.grouped_by))
  // A shared column may be the first, where another key draws already.
  const name = key.child_columns.find((one) => !lead.child_columns.includes(one))
  const stream = { key: streamKey(dataset.config.seed, table.name, name ?? ''), draw: PARENT_DRAW }
  return drawnWithin(dataset.random, stream, common, range, batchRows)
}

/** The rows of a table that one row of its parent has as children. */
function childRange(dataset: Dataset, table: ResolvedTable, key: ResolvedForeignKey): ChildRange {
  const { children } = key
  if (children === null)
    throw new AppError(
      'invalid_config',
      `table ${table.name}: rows of a parent do not stand together`,
    )
  const each = fixedCount(children)
  if (each !== null) return fixedRange(each)
  const stream = { key: streamOf(dataset, table, key), draw: CHILDREN_DRAW }
  const { prefix } = tableOf(dataset, table.name)[1].children ?? { prefix: [0] }
  return countedRange(createCount(children, dataset.random, stream), prefix)
}

type LawSurroundings = Pick<Surroundings, 'joint' | 'jointOf' | 'batchRows'>

function parentLaw(
  dataset: Dataset,
  table: ResolvedTable,
  index: number,
  around: LawSurroundings,
): ParentRows {
  const { joint, batchRows } = around
  const key = keyOf(table, index)
  const grouped = groupedParents(dataset, table, key)
  if (grouped) return grouped
  const planned = tableOf(dataset, table.name)[1]
  const parents = tableOf(dataset, key.parent_table)[1].rows
  const distinct = isDistinct(table, key.child_columns)
  if (planned.rows > 0 && (parents === 0 || (distinct && parents < planned.rows))) {
    const need = distinct ? `${planned.rows} distinct` : 'some'
    throw new AppError(
      'invalid_config',
      `table ${table.name} needs ${need} rows of ${key.parent_table}, which has ${parents}`,
    )
  }
  if (key.within) return followingLaw(dataset, table, key, key.within, around)
  const shared = joint.ofKey(index)
  if (shared) return shared
  const stream = { key: streamOf(dataset, table, key), draw: PARENT_DRAW }
  if (distinct && parents > 0) return createPermutedRows(parents, stream, rowCapacity(batchRows))
  return drawnParents(dataset.random, stream, parents)
}

function relatedScope(
  fillParents: (parents: Rows, rows: Rows) => void,
  scope: Scope,
  batchRows: number,
) {
  const parents = createRows(batchRows)
  return (rows: Rows) => {
    fillParents(parents, rows)
    parents.n = rows.n
    parents.stamp++
    scope.evaluate(parents)
  }
}

export function createForeignKeyScope(
  dataset: Dataset,
  table: ResolvedTable,
  index: number,
  around: Surroundings,
): ForeignKeyScope {
  const { batchRows, above, inner } = around
  const key = keyOf(table, index)
  if (above >= SCOPES_MAX) {
    const message = `table ${table.name}: the columns of its parents need each other without end`
    throw new AppError('invalid_config', message)
  }
  if (key.self) return createSelfScope(dataset, table, key, around)
  const law = parentLaw(dataset, table, index, around)
  const scope = inner(key.parent_table)
  const fill = relatedScope((parents, rows) => law(parents.index, rows), scope, batchRows)
  return { vector: (column) => scope.vector(column), fill }
}

/** A row without a parent is evaluated as if it had row 0, and null is laid over. */
function createSelfScope(
  dataset: Dataset,
  table: ResolvedTable,
  key: ResolvedForeignKey,
  { batchRows, inner }: Surroundings,
): ForeignKeyScope {
  const self = key.self ?? { type: 'earlier', roots: 1 }
  const stream = { key: streamOf(dataset, table, key), draw: PARENT_DRAW }
  const law = selfRows(dataset.random, stream, self, tableOf(dataset, table.name)[1].rows)
  const missing = new Uint8Array(rowCapacity(batchRows))
  const scope = inner(table.name)
  const evaluate = relatedScope(
    (parents, rows) => law(parents.index, missing, rows),
    scope,
    batchRows,
  )
  const overlays: ((n: number) => void)[] = []
  return {
    vector(column) {
      const vector = scope.vector(column)
      const { nulls } = vector
      if (!nulls) return { ...vector, nulls: missing }
      const both = new Uint8Array(missing.length)
      overlays.push((n) => {
        for (let i = 0; i < n; i++) both[i] = (missing[i] as number) | (nulls[i] as number)
      })
      return { ...vector, nulls: both }
    },
    fill(rows) {
      evaluate(rows)
      for (const overlay of overlays) overlay(rows.n)
    },
  }
}
