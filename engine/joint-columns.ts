// The groups of columns of a table that do not repeat together (`unique: [[a, b]]`, keys of several columns): what
// each member draws in place of its own law.

import { capacityOf } from './config/capacity.ts'
import type { ResolvedTable } from './config/types.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { AppError } from './errors.ts'
import { groupedParents, keyOf } from './foreign-key.ts'
import { JOINT_DRAW } from './random/draws.ts'
import { streamKey } from './random/key.ts'
import type { IndexDraw } from './rules/index-draw.ts'
import { createJointDraw, type JointDraw, jointIndexDraw } from './rules/joint-draw.ts'
import type { ParentRows } from './rules/parent-rows.ts'

export type JointColumns = {
  /** Null where the column is in no group, or a foreign key decides it. */
  ofColumn(column: string): IndexDraw | null
  /** Null where the foreign key is in no group, or groups the rows itself. */
  ofKey(index: number): ParentRows | null
}

/** A column that draws for itself, or all columns of a foreign key. */
type Member = { column: string | null; key: number | null; count: number }

type Group = { members: Member[]; draw: () => JointDraw }

function memberOf(dataset: Dataset, table: ResolvedTable, name: string): Member {
  const key = table.foreign_keys.findIndex(({ child_columns }) => child_columns.includes(name))
  if (key >= 0) {
    const count = tableOf(dataset, keyOf(table, key).parent_table)[1].rows
    return { column: null, key, count }
  }
  const rule = table.columns.find((column) => column.name === name)?.rule
  if (rule) return { column: name, key: null, count: capacityOf(rule) }
  throw new AppError('invalid_config', `table ${table.name}: no column ${name} to keep unique`)
}

function groupOf(
  dataset: Dataset,
  table: ResolvedTable,
  columns: readonly string[],
  batchRows: number,
): Group {
  const all = columns.map((name) => memberOf(dataset, table, name))
  const once = all.filter(
    ({ key }, i) => key === null || all.findIndex((other) => other.key === key) === i,
  )
  const isLead = ({ key }: Member) => key !== null && keyOf(table, key).children !== null
  const members = once.filter((member) => !isLead(member))
  const lead = once.find(isLead)
  const make = (): JointDraw => {
    const counts = members.map(({ count }) => count)
    const size = counts.reduce((product, count) => product * count, 1)
    const { rows } = tableOf(dataset, table.name)[1]
    if (!lead && !(rows <= size && size <= Number.MAX_SAFE_INTEGER)) {
      const message = `table ${table.name} has ${rows} rows for ${size} different ${columns.join(', ')}`
      throw new AppError('invalid_config', message)
    }
    const key = streamKey(dataset.config.seed, table.name, columns[0] ?? '')
    const parents = lead ? groupedParents(dataset, table, keyOf(table, lead.key ?? 0)) : null
    return createJointDraw({ key, draw: JOINT_DRAW }, counts, parents, batchRows)
  }
  let made: JointDraw | null = null
  const draw = (): JointDraw => {
    made ??= make()
    return made
  }
  return { members, draw }
}

/** Groups are compiled when one of their columns is. */
export function createJointColumns(
  dataset: Dataset,
  table: ResolvedTable,
  batchRows: number,
): JointColumns {
  const groups = (table.unique ?? []).map((columns) => groupOf(dataset, table, columns, batchRows))
  const find = (is: (member: Member) => boolean): IndexDraw | null => {
    for (const { members, draw } of groups) {
      const member = members.findIndex(is)
      if (member >= 0) return jointIndexDraw(draw(), member)
    }
    return null
  }
  return {
    ofColumn: (name) => find(({ column }) => column === name),
    ofKey: (index) => find(({ key }) => key === index),
  }
}
