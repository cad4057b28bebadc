// What a compute thread does until its first lease comes: it makes rows of the common kinds of columns, so that what all
// tables share is loaded and optimised by the time that somebody waits for it.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import { kindsOf } from './warm-up-columns.ts'

/**
 * Rows of each pass. V8 takes what it has seen once for constant, so short passes show it that tables differ before it
 * optimises for all of them.
 */
const PASSES = [1000, 1000, 1000, 27_000]
/** A lease that comes meanwhile waits for the rows of one step. */
const STEP_ROWS = 500
const OUTPUT_BYTES = 16 * 2 ** 20
/** Every third column has nulls, others in each pass, few or many. */
const NULLABLE = 3
const NULL_RATE = 0.2

function configOf(pass: number, rows: number): ResolvedConfig {
  const columns = kindsOf(pass).map(([type, rule, name], k) => ({
    ...{ name: name ?? `c${k}`, type, rule, scale: type === 'decimal' ? 2 : null },
    ...{ conditional_rules: [], unique: false, primary_key: false, sensitivity: null },
    nullable: k % NULLABLE === pass % NULLABLE ? { rate: NULL_RATE * pass } : null,
  }))
  return {
    ...{ version: 1, engine_version: ENGINE_VERSION, seed: pass, now: 0, locale: 'en_US' },
    ...{ output: { format: 'csv' }, chunk_rows: STEP_ROWS },
    tables: [{ name: 'rows', rows, columns, foreign_keys: [] }],
  }
}

/** Ends when it is done or, between two steps, as soon as there is other work. The rows that it made. */
export async function warmUp(isBusy: () => boolean): Promise<number> {
  const out = new Output(OUTPUT_BYTES)
  let made = 0
  for (const [k, rows] of PASSES.entries()) {
    const config = configOf(k + 1, rows)
    const table = compile(config, planConfig(config)).table('rows')
    for (let chunk = 0; chunk < table.chunks; chunk++) {
      await nextTurn()
      if (isBusy()) return made
      out.reset()
      writeChunk(table, chunk, out)
      made += STEP_ROWS
    }
  }
  return made
}
