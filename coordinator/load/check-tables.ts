// What stands between a job and tables that are there already, in words.

import type { ResolvedTable } from '#engine/config/types.ts'

export type PresentColumn = {
  name: string
  /** Takes no null and has no default. */
  required: boolean
  /** Filled by the database alone. */
  generated: boolean
}

export const tableIsThere = (name: string): string =>
  `The table ${name} is there already and this job did not make it: drop it, or use the mode append or truncate.`

export const missingTable = (name: string): string =>
  `There is no table ${name}: create it, or use the mode create.`

/** One sentence for each problem; `fold` for databases that do not look at the case of names. */
export function columnProblems(
  table: ResolvedTable,
  present: readonly PresentColumn[],
  fold: (name: string) => string = (name) => name,
): string[] {
  const found = new Map(present.map((column) => [fold(column.name), column]))
  const filled = new Set(table.columns.map(({ name }) => fold(name)))
  return [
    ...table.columns
      .filter(({ name }) => !found.has(fold(name)))
      .map(({ name }) => `The table ${table.name} has no column ${name}.`),
    ...table.columns
      .filter(({ name }) => found.get(fold(name))?.generated)
      .map(({ name }) => `The column ${name} of ${table.name} is filled by the database alone.`),
    ...present
      .filter(({ name, required }) => required && !filled.has(fold(name)))
      .map(
        ({ name }) => `The column ${name} of ${table.name} needs a value, and the job has none.`,
      ),
  ]
}
