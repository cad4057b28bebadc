// What a network of modes learns from: all rows but some that say how good it is.

import { AppError } from '#engine/errors.ts'
import { holdOutRows } from '../held-out-rows.ts'
import { rowsOf, type Target } from '../sampled.ts'
import { type EncodedTable, encodeRows } from './encode.ts'
import { fitAllModes, type Layout, layoutOf } from './layout.ts'
import type { Modes } from './modes.ts'

export type EncodedData = {
  modes: Modes[]
  layout: Layout
  train: EncodedTable
  holdout: EncodedTable
}

const HELD_OUT_MOST = 3000

/** AppError `invalid_request` where nothing is to be learned, or the columns are too wide. */
export function encodeData(targets: readonly Target[], seed: number): EncodedData {
  const rows = rowsOf(targets)
  if (rows === 0) throw new AppError('invalid_request', 'there is no column to learn, or no row')
  const modes = fitAllModes(targets)
  const layout = layoutOf(modes)
  const { train, holdout } = holdOutRows(rows, seed, HELD_OUT_MOST)
  return {
    modes,
    layout,
    train: encodeRows(targets, train, { modes, layout, seed }),
    holdout: encodeRows(targets, holdout, { modes, layout, seed: seed + 1 }),
  }
}
