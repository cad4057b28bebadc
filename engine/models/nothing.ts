// Tables of which nothing is learned, because their columns are constant or made by rules: a model all the same.

import type { Learned } from './algorithm.ts'
import { NO_TALLY, type Sampler } from './sampled.ts'

export const NOTHING_LEARNED: Learned = { encoder: null, tensors: new Map(), history: [] }

/** Rows without columns. */
export function createEmptySampler(): Sampler {
  return {
    targets: [],
    sample: () => Promise.resolve([]),
    tally: () => NO_TALLY,
    release: () => Promise.resolve(),
  }
}
