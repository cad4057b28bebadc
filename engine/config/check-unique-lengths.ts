// Unique columns with bounds on their length: their rule must keep within these by itself, as it is neither cut nor
// drawn again. Only the compiled rule knows, so the column is compiled.
import { AppError } from '#engine/errors.ts'
import type { Plan } from '#engine/plan.ts'
import { createGenerator } from '#engine/random/generator.ts'
import { createScope } from '#engine/scope.ts'
import type { DatasetConfig } from './dataset-config.ts'
import { at, type Report } from './problem.ts'
import type { ResolvedConfig, ResolvedTable } from './types.ts'

const BATCH_ROWS = 8

const isBounded = ({ columns }: ResolvedTable): boolean =>
  columns.some(({ min_length, max_length }) => min_length !== undefined || max_length !== undefined)

/** Tables with the rows that are known; none where children decide. */
function planOf({ tables, chunk_rows }: ResolvedConfig): Plan {
  return {
    tables: tables.map(({ name, rows }) => ({ name, rows: rows ?? 0, chunk_rows, chunks: 1 })),
  }
}

/** Reports columns whose unique values may be too long or too short. */
export function checkUniqueLengths(
  resolved: ResolvedConfig,
  { tables }: DatasetConfig,
  report: Report,
): void {
  // Nothing is drawn: a generator of machine code would cost more than the whole config.
  const random = createGenerator(BATCH_ROWS, 'plain')
  const plan = planOf(resolved)
  for (const table of resolved.tables.filter(isBounded)) {
    const dataset = { config: resolved, plan, random, sandbox: null, learned: new Map() }
    const scope = createScope(dataset, table.name, BATCH_ROWS)
    const joint = (table.unique ?? []).flat()
    const given = tables.find(({ name }) => name === table.name)
    for (const { name, unique, min_length, max_length } of table.columns) {
      if (!unique && !joint.includes(name)) continue
      if (min_length === undefined && max_length === undefined) continue
      const path = given?.columns.find((column) => column.name === name)?.path ?? ''
      try {
        scope.vector(name)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        const hint =
          'Write a rule whose values have that length, such as regex or sequence with pad'
        report.problem(
          at(path, max_length === undefined ? 'min_length' : 'max_length'),
          error.message,
          hint,
        )
      }
    }
  }
}
