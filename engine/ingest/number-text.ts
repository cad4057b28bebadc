// Numbers as people write them: with a point or a comma before the digits of the fraction, plain or in groups.

/** `plain`: 1234.5. `grouped`: 1,234.5. `comma`: 1234,5 and 1.234,5. */
export type NumberStyle = 'plain' | 'grouped' | 'comma'

const GROUPED = /^[+-]?\d{1,3}(?:[, \u00a0'\u202f]\d{3})+(?:\.\d+)?$/
const COMMA = /^[+-]?(?:\d+|\d{1,3}(?:[. \u00a0\u202f]\d{3})+)(?:,\d+)?(?:[eE][+-]?\d{1,3})?$/

/**
 * Digits after the point of a plain number (the exponent counted in), or -1 for what is none. A zero ahead of digits
 * makes a code, not a number, and so does a plus ahead of more than six.
 */
export function scanNumber(text: string): number {
  let at = 0
  const first = text.charCodeAt(0)
  if (first === 45 || first === 43) at = 1
  const whole = at
  while (isDigit(text.charCodeAt(at))) at++
  const digits = at - whole
  if (digits > 1 && text.charCodeAt(whole) === 48) return -1
  if (first === 43 && digits > 6) return -1
  if (at === text.length) return digits > 0 ? 0 : -1
  let fraction = 0
  if (text.charCodeAt(at) === 46) {
    const from = ++at
    while (isDigit(text.charCodeAt(at))) at++
    fraction = at - from
  }
  if (digits + fraction === 0) return -1
  if (at === text.length) return fraction
  return withExponent(text, at, fraction)
}

function withExponent(text: string, at: number, fraction: number): number {
  if (text[at] !== 'e' && text[at] !== 'E') return -1
  const exponent = text.slice(at + 1)
  return /^[+-]?\d{1,3}$/.test(exponent) ? Math.max(0, fraction - Number(exponent)) : -1
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** The same number, plain; null for what is no number in this style. */
export function plainNumber(text: string, style: NumberStyle): string | null {
  if (style === 'plain') return scanNumber(text) < 0 ? null : text
  if (style === 'grouped') {
    const plain = GROUPED.test(text) ? text.replace(/[, \u00a0'\u202f]/g, '') : text
    return scanNumber(plain) < 0 ? null : plain
  }
  if (!COMMA.test(text)) return null
  const plain = text.replace(/[. \u00a0\u202f]/g, '').replace(',', '.')
  return scanNumber(plain) < 0 ? null : plain
}
