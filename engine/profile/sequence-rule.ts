// Ids that count: a prefix and numbers that leave few gaps.

import type { GeneratedRule } from '#engine/models/prepare.ts'

const DIGITS_MAX = 14
const LEAST_ROWS = 5
/** Of the numbers between the least and the greatest at least this share is there. */
const SHARE_THERE = 0.5

/**
 * A sequence with that prefix, as wide as the numbers; it starts at the first power of ten beyond them, so that it
 * meets none. `share` is that of the rows which are among the texts. Null where values are no such numbers, or repeat.
 */
export function sequenceRule(
  texts: Iterable<string>,
  prefix: string,
  share = 1,
): GeneratedRule | null {
  const seen = new Set<number>()
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  let [narrowest, widest] = [DIGITS_MAX, 0]
  let padded = false
  for (const text of texts) {
    const digits = text.slice(prefix.length)
    if (!text.startsWith(prefix) || digits.length > DIGITS_MAX || !/^\d+$/.test(digits)) return null
    const value = Number(digits)
    if (seen.size === seen.add(value).size) return null
    least = Math.min(least, value)
    most = Math.max(most, value)
    narrowest = Math.min(narrowest, digits.length)
    widest = Math.max(widest, digits.length)
    padded ||= digits.length > String(value).length
  }
  if (seen.size < LEAST_ROWS || seen.size < share * SHARE_THERE * (most - least + 1)) return null
  if (padded && narrowest !== widest) return null
  const start = 10 ** String(most).length
  return {
    type: 'sequence',
    start,
    ...(prefix === '' ? {} : { prefix }),
    ...(padded ? { pad: widest } : {}),
  }
}
