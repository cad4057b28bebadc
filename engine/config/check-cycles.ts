// No table may be its own ancestor, and no column may depend on itself.
import type { DatasetConfig, TableConfig } from './dataset-config.ts'
import { dependenciesOf } from './dependencies.ts'
import { findCycle } from './find-cycle.ts'
import { at, type Report } from './problem.ts'

export function checkCycles({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) checkColumns(table, report)
  const parents = new Map(
    tables.map(({ name, foreign_keys }) => [
      name,
      foreign_keys.map((key) => key.parent_table).filter((parent) => parent !== name),
    ]),
  )
  const cycle = findCycle(parents)
  if (cycle === null) return
  const first = tables.find(({ name }) => name === cycle[0])
  report.problem(
    at(first?.path ?? '', 'foreign_keys'),
    `The foreign keys go in a circle: ${cycle.join(' -> ')}`,
    'Remove one of these foreign keys',
  )
}

function checkColumns(table: TableConfig, report: Report): void {
  const { columns } = table
  const edges = new Map(
    columns.map((column) => [column.name, dependenciesOf(column, table)] as const),
  )
  const cycle = findCycle(edges)
  if (cycle === null) return
  const first = columns.find(({ name }) => name === cycle[0])
  report.problem(
    first?.path ?? '',
    `The columns depend on each other in a circle: ${cycle.join(' -> ')}`,
    'Make one of them of other columns, or of a rule of its own',
  )
}
