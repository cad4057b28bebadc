// An attacker who has the synthetic table and somebody's row, and wants to know whether the row was learned from: rows
// that are close to a synthetic one he takes for members (Chen et al., "GAN-Leaks", 2020, without further knowledge).

import {
  areaInterval,
  areaUnderCurve,
  differenceInterval,
  type Interval,
  shareInterval,
} from '../auc.ts'
import { quantileOf } from '../mean.ts'

/**
 * `auc` of telling members from others; `advantage` is the share of members less the share of others that are taken
 * for members when half of all rows are (Yeom et al. 2018): 0 for a guess, 1 for certainty.
 */
export type MembershipAttack = {
  auc: number
  auc_interval: Interval
  advantage: number
  advantage_interval: Interval
  true_positive_interval: Interval
  rows: number
}

/** From the distances of members and of others to their closest synthetic row; null where either has none. */
export function attackMembership(
  members: Float64Array,
  others: Float64Array,
): MembershipAttack | null {
  const scores = (distances: Float64Array): Float64Array => distances.map((distance) => -distance)
  const auc = areaUnderCurve(scores(others), scores(members))
  const all = Float64Array.from([...members, ...others]).sort()
  const threshold = quantileOf(all, 0.5)
  if (auc === null || threshold === null || !Number.isFinite(threshold)) return null
  const taken = (distances: Float64Array) => ({
    successes: distances.filter((distance) => distance <= threshold).length,
    n: distances.length,
  })
  const [hits, misses] = [taken(members), taken(others)]
  return {
    auc,
    auc_interval: areaInterval(auc, others.length, members.length),
    advantage: hits.successes / hits.n - misses.successes / misses.n,
    advantage_interval: differenceInterval(hits, misses),
    true_positive_interval: shareInterval(hits.successes, hits.n),
    rows: members.length + others.length,
  }
}
