// Which rows are scored by a model that was fitted on the others.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'

export type Fold = { training: Int32Array; testing: Int32Array }

/** Each row is tested in one fold; folds have their share of both groups. Rows ascend. */
export function stratifiedFolds(groups: ArrayLike<number>, folds: number, seed: number): Fold[] {
  const foldOf = new Uint8Array(groups.length)
  const next: Record<number, number> = {}
  for (const row of shuffled(groups.length, createSeededRandom(seed, 'folds'))) {
    const group = groups[row] as number
    const turn = next[group] ?? 0
    foldOf[row] = turn % folds
    next[group] = turn + 1
  }
  const rows = Int32Array.from({ length: groups.length }, (_, row) => row)
  return Array.from({ length: folds }, (_, fold) => ({
    training: rows.filter((row) => foldOf[row] !== fold),
    testing: rows.filter((row) => foldOf[row] === fold),
  }))
}
