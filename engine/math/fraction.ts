// Continued fractions from the front (Lentz's method as modified by Thompson and Barnett, 1986).

const LEAST = 1e-290
const TERMS_MAX = 100_000

/** over(0) / (under(0) + over(1) / (under(1) + ...)), until it no longer changes. */
export function continuedFraction(
  over: (k: number) => number,
  under: (k: number) => number,
): number {
  let value = LEAST
  let c = LEAST
  let d = 0
  for (let k = 0; k < TERMS_MAX; k++) {
    const [a, b] = [over(k), under(k)]
    d = b + a * d
    if (d < LEAST && d > -LEAST) d = LEAST
    d = 1 / d
    c = b + a / c
    if (c < LEAST && c > -LEAST) c = LEAST
    const factor = c * d
    value *= factor
    if (factor > 1 - 3e-16 && factor < 1 + 3e-16) break
  }
  return value
}
