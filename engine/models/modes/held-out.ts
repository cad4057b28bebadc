// What a network of modes learns from: all rows but some that say how good it is.

import { AppError } from '#engine/errors.ts'
import type { Target } from '../sampled.ts'
import { createSeededRandom, shuffled } from '../seeded-random.ts'
import { type EncodedTable, encodeRows } from './encode.ts'
import { fitAllModes, type Layout, layoutOf } from './layout.ts'
import type { Modes } from './modes.ts'

export type EncodedData = {
  modes: Modes[]
  layout: Layout
  train: EncodedTable
  holdout: EncodedTable
}

const HELD_OUT = { share: 0.1, most: 3000 }

/** AppError `invalid_request` where nothing is to be learned, or the columns are too wide. */
export function encodeData(targets: readonly Target[], seed: number): EncodedData {
  const [first] = targets
  const rows = first?.kind === 'category' ? first.codes.length : (first?.values.length ?? 0)
  if (rows === 0) throw new AppError('invalid_request', 'there is no column to learn, or no row')
  const modes = fitAllModes(targets)
  const layout = layoutOf(modes)
  const order = shuffled(rows, createSeededRandom(seed, 'held-out rows'))
  const count = Math.min(HELD_OUT.most, Math.ceil(rows * HELD_OUT.share))
  return {
    modes,
    layout,
    train: encodeRows(targets, order.subarray(rows > 1 ? count : 0), { modes, layout, seed }),
    holdout: encodeRows(targets, order.subarray(0, count), { modes, layout, seed: seed + 1 }),
  }
}
