// Columns by the line that a user writes, as plain numbers: a million of them in a tenth of a second.

import assert from 'node:assert/strict'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { planConfig } from '#engine/plan.ts'
import { createGenerator } from '#engine/random/generator.ts'
import { createRows, setRange } from '#engine/rows.ts'
import { createScope } from '#engine/scope.ts'

const NOW = 1_767_225_600
const BATCH_ROWS = 4096

/** A table `t` of columns as written, name first: `x: {type: int, rule: {...}}`. */
export function configOfColumns(
  columns: readonly string[],
  rows: number,
  seed = 1,
): ResolvedConfig {
  const list = columns.map((column) => `      - {name: ${column}}\n`).join('')
  const text = `seed: ${seed}\ntables:\n  - name: t\n    rows: ${rows}\n    columns:\n${list}`
  const { config, problems } = parseConfig(text)
  assert.deepEqual(problems, [], text)
  return resolveConfig(config, { now: NOW }).resolved
}

/** The values of a number column of the table `t`, decimals in units of their last digit; NaN for null. */
export function numbersOf(config: ResolvedConfig, column: string): Float64Array<ArrayBuffer> {
  const plan = planConfig(config)
  const dataset = {
    config,
    plan,
    random: createGenerator(BATCH_ROWS),
    sandbox: null,
    learned: new Map(),
  }
  const scope = createScope(dataset, 't', BATCH_ROWS)
  const vector = scope.vector(column)
  assert.ok(vector.kind === 'number')
  const count = dataset.plan.tables[0]?.rows ?? 0
  const all = new Float64Array(count)
  const rows = createRows(BATCH_ROWS)
  for (let from = 0; from < count; from += BATCH_ROWS) {
    setRange(rows, from, Math.min(from + BATCH_ROWS, count))
    scope.evaluate(rows)
    all.set(vector.values.subarray(0, rows.n), from)
    vector.nulls?.subarray(0, rows.n).forEach((isNull, i) => {
      if (isNull === 1) all[from + i] = Number.NaN
    })
  }
  return all
}
