// One figure of a synthetic table's privacy: what the worst of the others leaves of it.

import type { Privacy } from './privacy.ts'

/**
 * 1 where nothing tells synthetic rows from rows of other people, 0 for copies: 1 less the largest of what is measured of
 * identical rows and distances beyond those of control rows, of overfitting, the advantage of membership attacks, the risk
 * of being singled out, and personal values that were copied. Null where nothing is.
 */
export function privacyScore(privacy: Omit<Privacy, 'score'>): number | null {
  const { identical, distance, overfitting, membership, singling_out: singled } = privacy
  const losses = [
    identical.synthetic === null ? null : identical.synthetic - (identical.control ?? 0),
    closer(distance.synthetic.median, distance.control.median),
    overfitting && 1 - overfitting.protection,
    membership?.advantage ?? null,
    singled?.risk ?? null,
    ...privacy.copied_values.map(({ copied }) => copied),
  ].filter((loss) => loss !== null)
  return losses.length === 0 ? null : 1 - Math.min(1, Math.max(0, ...losses))
}

/** Share of the usual distance that is lost; where that is 0 nothing can be. */
function closer(made: number | null, usual: number | null): number | null {
  if (made === null || usual === null) return null
  return usual === 0 ? 0 : 1 - made / usual
}
