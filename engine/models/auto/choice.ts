// Which of two models is kept: the one that scores better on rows that neither has seen, as far as that is no chance.

import type { Algorithm } from '../model-file.ts'
import type { HeldOutScore } from './held-out-score.ts'

export type Scored = { algorithm: Algorithm; score: HeldOutScore }

/** Among equals: what keeps most of what the score does not see, then what is quick. */
const PREFERRED: readonly Algorithm[] = ['argn', 'gaussian_copula', 'tvae', 'ctgan']

/**
 * The standard error of the difference of two scores, by the jackknife over groups of rows (Efron and Stein 1981); both
 * were left without the same rows.
 */
export function differenceError(a: HeldOutScore, b: HeldOutScore): number {
  const differences = a.without.map((score, group) => score - (b.without[group] as number))
  const groups = differences.length
  if (groups === 0) return 0
  const mean = differences.reduce((sum, one) => sum + one, 0) / groups
  const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return Math.sqrt((squares * (groups - 1)) / groups)
}

/** Whether a candidate takes the place of the best so far: it is better by more than that error, or preferred within it. */
export function takesPlace(candidate: Scored, best: Scored): boolean {
  const difference = candidate.score.score - best.score.score
  if (Math.abs(difference) > differenceError(candidate.score, best.score)) return difference > 0
  return PREFERRED.indexOf(candidate.algorithm) < PREFERRED.indexOf(best.algorithm)
}
