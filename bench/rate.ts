// How fast one core makes the values of some columns, with nothing written.

import { compile } from '#engine/compile.ts'
import { planConfig } from '#engine/plan.ts'
import { createGenerator } from '#engine/random/generator.ts'
import { createRows, setRange } from '#engine/rows.ts'
import { PARENTS_PER_BLOCK } from '#engine/rules/children.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import { createScope } from '#engine/scope.ts'
import type { Shape } from './shapes.ts'

/** Rows that are made at a time. */
export const BATCH_ROWS = 4096
const RUNS = 5
/** A run ends after this, in processor time, whatever is left of the table. */
const RUN_SECONDS = 0.3

/** Fills batch after batch of the counted columns, and of what these read from. */
async function filling({ config, counted }: Pick<Shape, 'config' | 'counted'>) {
  const plan = planConfig(config)
  const sandbox = await sandboxFor(config)
  const table = plan.tables.find(({ name }) => name === 'values')
  const batches = Math.floor((table?.rows ?? 0) / BATCH_ROWS)
  if (counted === null) {
    const compiled = compile(config, plan, { sandbox, batchRows: BATCH_ROWS }).table('values')
    const make = (from: number, to: number) => compiled.each(from, to, () => undefined)
    return { make, batches, columns: compiled.columns.length }
  }
  const random = createGenerator(PARENTS_PER_BLOCK)
  const dataset = { config, plan, random, sandbox, learned: new Map() }
  const scope = createScope(dataset, 'values', BATCH_ROWS)
  for (const name of counted) scope.vector(name)
  const rows = createRows(BATCH_ROWS)
  const make = (from: number, to: number) => {
    setRange(rows, from, to)
    scope.evaluate(rows)
  }
  return { make, batches, columns: counted.length }
}

/** Values a second of processor time, the fastest of some runs; what the columns read from is made with them. */
export async function valuesPerSecond(shape: Pick<Shape, 'config' | 'counted'>): Promise<number> {
  const { make, batches, columns } = await filling(shape)
  const run = (): number => {
    const start = process.cpuUsage()
    let spent = 0
    let batch = 0
    for (; batch < batches && spent < RUN_SECONDS; batch++) {
      make(batch * BATCH_ROWS, (batch + 1) * BATCH_ROWS)
      const { user, system } = process.cpuUsage(start)
      spent = (user + system) / 1e6
    }
    return (batch * BATCH_ROWS * columns) / spent
  }
  run()
  return Math.max(...Array.from({ length: RUNS }, run))
}
