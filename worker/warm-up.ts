// What a compute thread does until its first lease comes: it makes rows of the common kinds of columns, so that what all
// tables share is loaded and optimised by the time that somebody waits for it.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import type { ColumnType, ResolvedConfig, Rule } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { ENGINE_VERSION } from '#engine/version.ts'

const ROWS = 5000
/** V8 takes what it has seen once for constant: code is optimised for any table from the second one on. */
const PASSES = 4
/** A lease that comes meanwhile waits for the rows of one step. */
const STEP_ROWS = 1000
const OUTPUT_BYTES = 16 * 2 ** 20
const NULL_RATE = 0.1

const locale = 'en'
const bell = { mean: 0, stddev: 1, min: null, max: null, decimals: 3 }
const span = { min: 1_600_000_000, max: 1_700_000_000 }

const KINDS: readonly [ColumnType, Rule][] = [
  ['int', { type: 'sequence', start: 1, step: 1, prefix: '', pad: 0 }],
  ['int', { type: 'range', min: 0, max: 1_000_000, step: null, decimals: 0 }],
  ['decimal', { type: 'range', min: 0, max: 1000, step: null, decimals: 2 }],
  ['float', { type: 'range', min: -1, max: 1, step: null, decimals: 3 }],
  ['float', { type: 'normal', ...bell }],
  ['bool', { type: 'boolean', probability: 0.5 }],
  ['date', { type: 'date', min: 0, max: 20_000 }],
  ['datetime', { type: 'datetime', ...span }],
  ['uuid', { type: 'uuid', version: 4 }],
  ['str', { type: 'choice', values: ['a', 'b', 'c'], weights: [3, 2, 1] }],
  ['str', { type: 'first_name', locale }],
  ['str', { type: 'last_name', locale }],
  ['str', { type: 'full_name', locale }],
  ['str', { type: 'email', locale, from: [] }],
  ['str', { type: 'phone', locale }],
  ['str', { type: 'city', locale }],
  ['str', { type: 'company', locale }],
  ['str', { type: 'job', locale }],
  ['str', { type: 'country', locale }],
  ['str', { type: 'street_address', locale }],
  ['decimal', { type: 'lognormal', ...bell, decimals: 2 }],
  ['int', { type: 'poisson', mean: 4, min: null, max: null }],
  ['str', { type: 'regex', value: '[A-Z]{3}-[0-9]{4}' }],
]

function config(): ResolvedConfig {
  const columns = KINDS.map(([type, rule], k) => ({
    ...{ name: `c${k}`, type, rule, scale: type === 'decimal' ? 2 : null, conditional_rules: [] },
    ...{ nullable: k % 3 === 2 ? { rate: NULL_RATE } : null, unique: false },
    ...{ primary_key: false, sensitivity: null },
  }))
  return {
    ...{ version: 1, engine_version: ENGINE_VERSION, seed: 0, now: 0, locale },
    ...{ output: { format: 'csv' }, chunk_rows: STEP_ROWS },
    tables: [{ name: 'rows', rows: ROWS, columns, foreign_keys: [] }],
  }
}

/** Ends when it is done or, between two steps, as soon as there is other work. The rows that it made. */
export async function warmUp(isBusy: () => boolean): Promise<number> {
  const rows = config()
  const out = new Output(OUTPUT_BYTES)
  let made = 0
  for (let pass = 0; pass < PASSES; pass++) {
    const table = compile(rows, planConfig(rows)).table('rows')
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
