// How numbers are laid out as text: a pattern such as `#,##0.00` between literal text. `0` is a digit that is always
// there, `#` one that may be missing, `,` groups thousands, `.` starts the decimals and `%` shows hundredths. A comma
// starts them in `#.##0,00`, and behind a `0` where other than three digits follow: `0,00`.

import { pow10, rescale, roundHalfAway, TWO_POW_53 } from '#engine/math/decimal.ts'
import type { NumberVector } from './vector.ts'

export type NumberLayout = {
  before: string
  after: string
  /** Least digits before the point. */
  whole: number
  /** Least and most digits after it. */
  least: number
  most: number
  grouped: boolean
  percent: boolean
  /** What starts the decimals; the other of the two groups. */
  point: '.' | ','
}

const DIGITS = /[#0](?:[#0.,]*[#0])?/
const DIGITS_MAX = 15

/** The layout that a text describes; null where it has no digits, or more of them than 15 on a side. */
export function parseNumberLayout(text: string): NumberLayout | null {
  const match = DIGITS.exec(text)
  if (!match) return null
  const point = pointOf(match[0])
  const spelled =
    point === ',' ? match[0].replaceAll(/[.,]/g, (sign) => OTHER[sign] ?? sign) : match[0]
  const [whole = '', decimals = '', ...more] = spelled.split('.')
  const required = whole.replaceAll(/[#,]/g, '').length
  const least = decimals.replaceAll('#', '').length
  const after = text.slice(match.index + match[0].length)
  // A digit that may be missing stands on the far side of those that may not.
  const ordered = /^[#,]*[0,]*$/.test(whole) && /^0*#*$/.test(decimals) && more.length === 0
  if (!ordered || DIGITS.test(after) || required > DIGITS_MAX || decimals.length > DIGITS_MAX) {
    return null
  }
  return {
    ...{ before: text.slice(0, match.index), after, whole: required, least },
    ...{ most: decimals.length, grouped: whole.includes(','), percent: after.startsWith('%') },
    point,
  }
}

const OTHER: Readonly<Record<string, string>> = { '.': ',', ',': '.' }

function pointOf(digits: string): '.' | ',' {
  const [comma, point] = [digits.lastIndexOf(','), digits.lastIndexOf('.')]
  if (point < 0) return /^#*0+,(?!...$)[#0]+$/.test(digits) ? ',' : '.'
  // `#.##0` has groups of a file that starts decimals with a comma.
  return comma > point || digits === '#.##0' ? ',' : '.'
}

/** Digits of the absolute value in units of 10^-digits, halves away from zero. */
function unitsOf(value: number, vector: NumberVector, digits: number): string {
  if (vector.type === 'float') {
    const units = roundHalfAway(value * pow10(digits))
    if (Math.abs(units) <= TWO_POW_53) return String(units)
    return String(BigInt(Math.trunc(value)) * 10n ** BigInt(digits))
  }
  const lift = digits - vector.scale
  if (lift > 0 && Math.abs(value) * pow10(lift) > TWO_POW_53) {
    return String(BigInt(value) * 10n ** BigInt(lift))
  }
  return String(rescale(value, vector.scale, digits))
}

/** Entry i of a vector of numbers in a layout; a sign goes in front of all. */
export function numberLayoutText(
  { before, after, whole, least, most, grouped, percent, point: mark }: NumberLayout,
  vector: NumberVector,
): (i: number) => string {
  const shift = percent ? 2 : 0
  return (i) => {
    const value = vector.values[i] as number
    const shifted = unitsOf(value, vector, most + shift)
    const negative = value < 0 && /[1-9]/.test(shifted)
    const digits = shifted.replace('-', '').padStart(most + 1, '0')
    const cut = digits.length - most
    const front = digits.slice(0, cut).replace(/^0+/, '').padStart(whole, '0')
    const groups = grouped
      ? front.replaceAll(/\B(?=(?:\d{3})+$)/g, mark === '.' ? ',' : '.')
      : front
    let decimals = digits.slice(cut)
    while (decimals.length > least && decimals.endsWith('0')) decimals = decimals.slice(0, -1)
    const point = decimals === '' ? '' : mark
    return `${negative ? '-' : ''}${before}${groups}${point}${decimals}${after}`
  }
}
