// The root of a rising function by Newton's method within a bracket that only shrinks.

const STEPS_MAX = 200
/** From so near the root one step of Newton's is exact. */
const CLOSE = 1e-9

/** Value and derivative. */
export type Evaluate = (y: number) => { value: number; slope: number }

/** y with value(y) = 0, for a function that rises from `lowest` to `highest` (either may be infinite). */
export function solveRising(
  evaluate: Evaluate,
  start: number,
  lowest: number,
  highest: number,
): number {
  let [low, high, y] = [lowest, highest, start]
  for (let step = 0; step < STEPS_MAX; step++) {
    const { value, slope } = evaluate(y)
    if (value === 0) return y
    if (value < 0) low = y
    else high = y
    const reach = 1 + 2 * Math.abs(y)
    const newton = y - value / slope
    if (value < CLOSE && value > -CLOSE) return newton
    let next = Math.min(Math.max(newton, y - reach), y + reach)
    if (Number.isNaN(newton)) next = value < 0 ? y + reach : y - reach
    if (!(next > low && next < high)) next = between(low, high)
    if (next === y) return y
    y = next
  }
  return y
}

/** Between two numbers of one sign their geometric mean: brackets span many powers of ten. */
function between(low: number, high: number): number {
  if (low > 0) return Math.sqrt(low) * Math.sqrt(high)
  if (high < 0) return -Math.sqrt(-low) * Math.sqrt(-high)
  return (low + high) / 2
}
