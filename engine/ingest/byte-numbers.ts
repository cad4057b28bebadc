// Numbers in the form that most files have, read from bytes: 42, -3, 1234.56.

const [MINUS, POINT, ZERO, NINE] = [45, 46, 48, 57]
/** So many digits fit a number with none lost. */
const DIGITS_MAX = 15
const POWERS = Array.from({ length: DIGITS_MAX + 1 }, (_, digits) => 10 ** digits)

/**
 * Digits behind the point (0 where there is none), or -1 for what is not written so: a minus or none, digits that begin with
 * no zero unless it is the only one, then perhaps a point and digits; 15 of them at most.
 */
export function fractionOf(bytes: Uint8Array, from: number, to: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from
  const whole = at
  while (at < to && isDigit(bytes[at] as number)) at++
  const digits = at - whole
  if (digits === 0 || (digits > 1 && bytes[whole] === ZERO)) return -1
  if (at === to) return digits <= DIGITS_MAX ? 0 : -1
  if (bytes[at] !== POINT) return -1
  const behind = ++at
  while (at < to && isDigit(bytes[at] as number)) at++
  const fraction = at - behind
  return at === to && fraction > 0 && digits + fraction <= DIGITS_MAX ? fraction : -1
}

/** The number that such bytes are; NaN for all others. */
export function numberOf(bytes: Uint8Array, from: number, to: number): number {
  const fraction = fractionOf(bytes, from, to)
  if (fraction < 0) return Number.NaN
  const isNegative = bytes[from] === MINUS
  let digits = 0
  for (let at = isNegative ? from + 1 : from; at < to; at++) {
    const byte = bytes[at] as number
    if (byte !== POINT) digits = digits * 10 + byte - ZERO
  }
  // Both are exact, so that the quotient is the number nearest to what is written.
  const value = fraction === 0 ? digits : digits / (POWERS[fraction] as number)
  return isNegative ? -value : value
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}
