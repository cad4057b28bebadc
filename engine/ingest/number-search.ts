// Which style the numbers of a column are written in, if numbers they are.

import { type Affixes, affixesOf, withoutAffixes } from './number-affixes.ts'
import { type NumberStyle, plainNumber, scanNumber } from './number-text.ts'

/** `whole`: no digits behind a point but a single 0. */
export type NumberFit = {
  style: NumberStyle
  decimals: number
  whole: boolean
  /** Of numbers with something around them, which is then the same in all of them. */
  written: Written | null
}

export type Written = {
  affixes: Affixes
  /** Of the digits behind the point: the fewest that are written; none but zeros; a zero at the end. */
  leastDecimals: number
  whole: boolean
  padded: boolean
  grouped: boolean
}

export type NumberSearch = {
  /** Strikes out the styles that do not read this text; false when none is left. */
  add(text: string): boolean
  /** Whether a number as `fractionOf` reads it, with so many digits behind its point, would strike out nothing. */
  knows(fraction: number, isWhole: boolean): boolean
  /** The styles that read all texts so far, the best first. */
  found(): NumberFit[]
}

const NOTHING_SEEN = { leastDecimals: Infinity, whole: true, padded: false, grouped: false }
const SMALL_INTEGER = /^-?\d{1,15}$/
/** `3.0` is how some programs write the integers of a column with nulls. */
const WHOLE = /^[+-]?\d+(?:\.0)?$/

/** Integers that a number does not hold, and what is not finite, are none. */
export function createNumberSearch(): NumberSearch {
  let affixes: Affixes | null | undefined
  const fits: NumberFit[] = (['plain', 'grouped', 'comma'] as const).map((style) => {
    return { style, decimals: 0, whole: true, written: null }
  })
  const begin = (text: string): void => {
    affixes = affixesOf(text)
    for (const fit of fits) fit.written = affixes && { affixes, ...NOTHING_SEEN }
  }
  return {
    add(text) {
      if (affixes === undefined) begin(text)
      const bare = affixes ? withoutAffixes(text, affixes) : text
      const digits = bare === null ? -1 : scanNumber(bare)
      if (!affixes && digits === 0 && SMALL_INTEGER.test(text)) return true
      let kept = 0
      for (const fit of fits) if (bare !== null && narrowed(fit, bare, digits)) fits[kept++] = fit
      fits.length = kept
      return kept > 0
    },
    knows(fraction, isWhole) {
      if (affixes !== null || fits.length === 0) return false
      if (fraction === 0) return true
      for (const fit of fits)
        if (fit.style === 'comma' || fit.decimals < fraction || (fit.whole && !isWhole))
          return false
      return true
    },
    found: () => fits,
  }
}

function narrowed(fit: NumberFit, text: string, digits: number): boolean {
  const isPlain = digits >= 0 && fit.style !== 'comma'
  const plain = isPlain ? text : plainNumber(text, fit.style)
  if (plain === null) return false
  const value = Number(plain)
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return false
  const decimals = isPlain ? digits : scanNumber(plain)
  fit.decimals = Math.max(fit.decimals, decimals)
  fit.whole &&= WHOLE.test(plain)
  if (fit.written !== null) look(fit.written, { text, plain, decimals })
  return true
}

function look(
  written: Written,
  { text, plain, decimals }: { text: string; plain: string; decimals: number },
): void {
  const signs = text.replace(/[-+\d]/g, '').length
  written.leastDecimals = Math.min(written.leastDecimals, decimals)
  written.whole &&= Number.isInteger(Number(plain))
  written.padded ||= decimals > 0 && plain.endsWith('0')
  written.grouped ||= signs > (decimals > 0 ? 1 : 0)
}
