// Averages over scores some of which could not be computed.

/** The mean of those that are numbers; null when none is. */
export function meanOf(scores: readonly (number | null)[]): number | null {
  let [sum, count] = [0, 0]
  for (const score of scores) {
    if (score === null) continue
    sum += score
    count++
  }
  return count === 0 ? null : sum / count
}

/** The q-quantile of ascending values, between neighbours by straight line; null of none. */
export function quantileOf(sorted: ArrayLike<number>, q: number): number | null {
  if (sorted.length === 0) return null
  const place = q * (sorted.length - 1)
  const low = Math.floor(place)
  const lower = sorted[low] as number
  const upper = sorted[Math.min(low + 1, sorted.length - 1)] as number
  return lower + (place - low) * (upper - lower)
}
