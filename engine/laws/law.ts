// A law of numbers, drawn by inversion: one uniform number a value, so that bounds cut the law itself and no draw is
// ever thrown away.

/** A value of a law as a function, never falling, of a uniform number in (0, 1). */
export type Draw = (unit: number) => number

/**
 * A law with a density. Small probabilities keep their digits in both tails: `lower` is P(X <= x), `upper` is
 * P(X > x), and the quantiles are their inverses for probabilities w in (0, 1).
 */
export type Law = {
  readonly lower: (x: number) => number
  readonly upper: (x: number) => number
  readonly lowerQuantile: (w: number) => number
  readonly upperQuantile: (w: number) => number
}

export type Bounds = { readonly min: number | null; readonly max: number | null }

/** Smaller shares of a law have lost digits. */
export const LEAST_MASS = 1e-100

/** The share of the law between the bounds. */
export function massBetween({ lower, upper }: Law, { min, max }: Bounds): number {
  const below = min === null ? 0 : lower(min)
  if (below > 0.5) return upper(min as number) - (max === null ? 0 : upper(max))
  return (max === null ? 1 : lower(max)) - below
}

/** Draws of the law given that it lies between the bounds, where it has at least `LEAST_MASS`. */
export function truncated(law: Law, bounds: Bounds): Draw {
  const { lower, upper, lowerQuantile, upperQuantile } = law
  const { min, max } = bounds
  if (min === null && max === null) {
    return (unit) => (unit <= 0.5 ? lowerQuantile(unit) : upperQuantile(1 - unit))
  }
  const below = min === null ? 0 : lower(min)
  const above = max === null ? 0 : upper(max)
  const width = massBetween(law, bounds)
  if (below > 0.5) return (unit) => upperQuantile(above + (1 - unit) * width)
  return (unit) => {
    const w = below + unit * width
    return w <= 0.5 ? lowerQuantile(w) : upperQuantile(above + (1 - unit) * width)
  }
}
