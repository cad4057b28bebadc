// Sine, cosine and their inverses from + - * / sqrt alone: the built-in ones may differ between engines and machines.
// Angles go in as turns, whose quarters can be taken off exactly; what is left goes into power series. Errors are bounded
// in the tests. Series are spelled out: as loops they take twice as long.

const TWO_PI = 2 * Math.PI
const HALF_PI = Math.PI / 2
const SIXTH_PI = Math.PI / 6
const SQRT_3 = 1.7320508075688772
/** tan(pi / 12): up to here the series of the arc tangent is short. */
const TAN_15 = 0.2679491924311227

/** sin x for |x| <= pi / 4. */
export function sineSeries(x: number): number {
  const z = x * x
  let sum = 1 - z / 342
  sum = 1 - (z / 272) * sum
  sum = 1 - (z / 210) * sum
  sum = 1 - (z / 156) * sum
  sum = 1 - (z / 110) * sum
  sum = 1 - (z / 72) * sum
  sum = 1 - (z / 42) * sum
  sum = 1 - (z / 20) * sum
  sum = 1 - (z / 6) * sum
  return x * sum
}

/** cos x for |x| <= pi / 4. */
export function cosineSeries(x: number): number {
  const z = x * x
  let sum = 1 - z / 306
  sum = 1 - (z / 240) * sum
  sum = 1 - (z / 182) * sum
  sum = 1 - (z / 132) * sum
  sum = 1 - (z / 90) * sum
  sum = 1 - (z / 56) * sum
  sum = 1 - (z / 30) * sum
  sum = 1 - (z / 12) * sum
  return 1 - (z / 2) * sum
}

/** sin of `turns` turns: 0.25 is a right angle. */
export function sinTurns(turns: number): number {
  const quarters = Math.round(turns * 4)
  const rest = (turns - quarters / 4) * TWO_PI
  switch (quarters - 4 * Math.floor(quarters / 4)) {
    case 0:
      return sineSeries(rest)
    case 1:
      return cosineSeries(rest)
    case 2:
      return -sineSeries(rest)
    default:
      return -cosineSeries(rest)
  }
}

/** cos of `turns` turns. */
export function cosTurns(turns: number): number {
  const quarters = Math.round(turns * 4)
  const rest = (turns - quarters / 4) * TWO_PI
  switch (quarters - 4 * Math.floor(quarters / 4)) {
    case 0:
      return cosineSeries(rest)
    case 1:
      return -sineSeries(rest)
    case 2:
      return -cosineSeries(rest)
    default:
      return sineSeries(rest)
  }
}

/** atan x for 0 <= x <= 1. */
function atanUnit(x: number): number {
  if (x > TAN_15) return SIXTH_PI + atanShort((x * SQRT_3 - 1) / (SQRT_3 + x))
  return atanShort(x)
}

export function atanShort(x: number): number {
  const z = x * x
  let sum = z * (1 / 31)
  sum = z * (1 / 29 - sum)
  sum = z * (1 / 27 - sum)
  sum = z * (1 / 25 - sum)
  sum = z * (1 / 23 - sum)
  sum = z * (1 / 21 - sum)
  sum = z * (1 / 19 - sum)
  sum = z * (1 / 17 - sum)
  sum = z * (1 / 15 - sum)
  sum = z * (1 / 13 - sum)
  sum = z * (1 / 11 - sum)
  sum = z * (1 / 9 - sum)
  sum = z * (1 / 7 - sum)
  sum = z * (1 / 5 - sum)
  sum = z * (1 / 3 - sum)
  return x - x * sum
}

/** The angle of the point (x, y) in radians, -pi to pi. */
export function atan2(y: number, x: number): number {
  const a = Math.abs(y)
  const b = Math.abs(x)
  if (a === 0 && b === 0) return 0
  const first = a <= b ? atanUnit(a / b) : HALF_PI - atanUnit(b / a)
  const angle = x < 0 ? Math.PI - first : first
  return y < 0 ? -angle : angle
}

/** The angle in radians, -pi/2 to pi/2, whose sine is x; x beyond 1 counts as 1. */
export function asin(x: number): number {
  const bounded = Math.min(Math.max(x, -1), 1)
  return atan2(bounded, Math.sqrt((1 - bounded) * (1 + bounded)))
}
