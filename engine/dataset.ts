// What all columns of a dataset are compiled with.

import type { ResolvedConfig, ResolvedTable } from './config/types.ts'
import { AppError } from './errors.ts'
import type { LearnedRows } from './learned-rows.ts'
import type { Plan, PlannedTable } from './plan.ts'
import type { Generator } from './random/generator.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

export type Dataset = {
  readonly config: ResolvedConfig
  readonly plan: Plan
  readonly random: Generator
  readonly sandbox: Sandbox | null
  /** By table: the rows of its model. */
  readonly learned: ReadonlyMap<string, LearnedRows>
}

/** A table and its plan; AppError `invalid_config` where there is none of that name. */
export function tableOf({ config, plan }: Dataset, name: string): [ResolvedTable, PlannedTable] {
  const table = config.tables.find((candidate) => candidate.name === name)
  const planned = plan.tables.find((candidate) => candidate.name === name)
  if (!table || !planned) throw new AppError('invalid_config', `no table ${name}`)
  return [table, planned]
}
