// Exact decimals: integers scaled by a power of ten, within 2^53, rounded half away from zero.

/** Powers of ten that a double holds exactly. */
const POW10: readonly number[] = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))

/** 2^53: integers up to here are exact doubles. */
export const TWO_POW_53 = 9_007_199_254_740_992

/** 10^scale for 0 <= scale <= 22. */
export function pow10(scale: number): number {
  return POW10[scale] as number
}

/** Nearest integer, halves away from zero; exact for every double. */
export function roundHalfAway(value: number): number {
  const whole = Math.trunc(value)
  const rest = value - whole
  // Which way it goes is arithmetic: a processor could only guess at a branch. Subtracted, so that -0 stays.
  return whole - ((Number(rest <= -0.5) | 0) - (Number(rest >= 0.5) | 0))
}

function roundedQuotient(numerator: bigint, denominator: bigint): number {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const quotient = (2n * n + d) / (2n * d)
  return Number(negative ? -quotient : quotient)
}

/** a % b of whole numbers, but for the sign of zero; a processor has no instruction for it where they are doubles. */
export function remainderOf(a: number, b: number): number {
  // Below 2^53 the whole part of a rounded quotient is that of the exact one.
  if (Math.abs(a) + Math.abs(b) < TWO_POW_53) return a - Math.trunc(a / b) * b
  return a % b
}

/**
 * `a / b` to the nearest integer, halves away from zero, for integers; b is not 0. The quotient of two
 * doubles may round onto a half or an integer that is not there, so the remainder decides.
 */
export function divideRounded(a: number, b: number): number {
  const rest = remainderOf(a, b)
  const twice = 2 * Math.abs(rest)
  // A zero is added so that -0 is none.
  const whole = Math.trunc((a - rest + 0) / b)
  if (Math.abs(whole) >= TWO_POW_53 / 2) return roundedQuotient(BigInt(a), BigInt(b))
  if (twice < Math.abs(b)) return whole
  return whole + (a < 0 !== b < 0 ? -1 : 1)
}

/** Scaled integer `value` brought from one scale to another, halves away from zero. */
export function rescale(value: number, from: number, to: number): number {
  if (from === to) return value
  if (to > from) return value * pow10(to - from)
  return divideRounded(value, pow10(from - to))
}

/** `a * b / 10^drop` exactly rounded, for integers. */
export function multiplyRounded(a: number, b: number, drop: number): number {
  const product = a * b
  if (Math.abs(product) <= TWO_POW_53) {
    return drop === 0 ? product : divideRounded(product, pow10(drop))
  }
  return roundedQuotient(BigInt(a) * BigInt(b), 10n ** BigInt(drop))
}

/** `a * 10^lift / b` exactly rounded, for integers; b is not 0. */
export function divideLifted(a: number, b: number, lift: number): number {
  const lifted = lift <= 22 ? a * pow10(lift) : TWO_POW_53 * 2
  if (Math.abs(lifted) <= TWO_POW_53) return divideRounded(lifted, b)
  return roundedQuotient(BigInt(a) * 10n ** BigInt(lift), BigInt(b))
}

/**
 * The decimal that a double's shortest text shows, as an integer scaled by 10^scale, halves away from
 * zero: 1.005 at scale 2 is 101, as it is on paper.
 */
export function scaledOf(value: number, scale: number): number {
  if (Number.isInteger(value)) return value * pow10(scale)
  const [digits = '', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = digits.split('.')
  const shift = Number(exponent) + scale - fraction.length
  const integer = BigInt(whole.replace('-', '') + fraction)
  const negative = value < 0
  const scaled =
    shift >= 0
      ? Number(integer * 10n ** BigInt(shift))
      : roundedQuotient(integer, 10n ** BigInt(-shift))
  return negative ? -scaled : scaled
}

/** Fixed digits: 1234 at scale 2 is `12.34`. */
export function decimalText(scaled: number, scale: number): string {
  if (scale === 0) return String(scaled)
  const digits = String(Math.abs(scaled)).padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${scaled < 0 ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

/** A double rounded to `decimals` digits, halves away from zero; the double nearest to the result. */
export function roundTo(value: number, decimals: number): number {
  const factor = pow10(decimals)
  const scaled = value * factor
  if (Math.abs(scaled) >= TWO_POW_53 || Number.isNaN(scaled)) return value
  return roundHalfAway(scaled) / factor
}
