// The first promise of the engine as an assertion: a table's bytes do not depend on how its rows are cut.

import assert from 'node:assert/strict'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { fileOf, valuesOf } from './bytes.ts'

const CUTS = [
  { chunkRows: 1000, batchRows: 1000 },
  { chunkRows: 64, batchRows: 7 },
  { chunkRows: 37, batchRows: 4096 },
  { chunkRows: 501, batchRows: 1 },
]

/** The table's file; fails where other chunks, batches or writers make another. */
export function fileOfAnyCut(config: ResolvedConfig, table: string): string {
  const whole = fileOf(config, table)
  for (const { chunkRows, batchRows } of CUTS) {
    const cut = { ...config, chunk_rows: chunkRows }
    assert.equal(fileOf(cut, table, { batchRows, writer: 'closures' }), whole)
  }
  assert.equal(fileOf(config, table, { random: 'plain', writer: 'generated' }), whole)
  return whole
}

/** Fails where rows asked for alone, last first, are not those of the whole column. */
export function assertRandomAccess(config: ResolvedConfig, table: string, column: string): void {
  const whole = valuesOf(config, table, column)
  for (const share of [0.99, 0.7, 0.5, 0.2, 0]) {
    const from = Math.floor(whole.length * share)
    const to = Math.min(from + 9, whole.length)
    assert.deepEqual(valuesOf(config, table, column, from, to), whole.slice(from, to))
  }
}
