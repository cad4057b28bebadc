// The random numbers of one dataset: Philox blocks for a batch of rows, in planes that kernels read.

import { type Rows, rowCapacity } from '#engine/rows.ts'
import type { StreamKey } from './key.ts'
import { type Planes, philoxFill } from './philox.ts'
import { instantiatePhilox } from './philox-wasm.ts'

/** One place of a column that draws: counters are (row; draw; ordinal) under the column's key. */
export type Stream = { readonly key: StreamKey; readonly draw: number }

export type Words = Planes['words']

export type Generator = {
  /**
   * Four 32-bit words for each row, block number `ordinal` of the stream. The planes are shared: they
   * hold until the next call.
   */
  words(rows: Rows, stream: Stream, ordinal: number): Words
}

function loadRows(planes: Planes, rows: Rows): void {
  const { rowLow, rowHigh } = planes
  const { index, n } = rows
  for (let i = 0; i < n; i++) {
    const row = index[i] as number
    rowLow[i] = row
    rowHigh[i] = row / 4_294_967_296
  }
}

function plainPlanes(capacity: number): Planes {
  const plane = () => new Uint32Array(capacity)
  return { rowLow: plane(), rowHigh: plane(), words: [plane(), plane(), plane(), plane()] }
}

/**
 * A generator for batches of at most `batchRows` rows. `mode` 'plain' forces the fallback without
 * WebAssembly; both give the same bits.
 */
export function createGenerator(
  batchRows: number,
  mode: 'fastest' | 'plain' = 'fastest',
): Generator {
  const capacity = rowCapacity(batchRows)
  const native = mode === 'plain' ? null : instantiatePhilox(capacity)
  const planes = native?.planes ?? plainPlanes(capacity)
  let loaded: Rows | null = null
  let stamp = -1
  return {
    words(rows, { key, draw }, ordinal) {
      if (loaded !== rows || stamp !== rows.stamp) {
        loadRows(planes, rows)
        loaded = rows
        stamp = rows.stamp
      }
      if (native) native.run(key.k0, key.k1, draw, ordinal, rows.n)
      else philoxFill(planes, rows.n, key.k0, key.k1, draw, ordinal)
      return planes.words
    },
  }
}
