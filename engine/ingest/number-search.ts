// Which style the numbers of a column are written in, if numbers they are.

import { type NumberStyle, plainNumber, scanNumber } from './number-text.ts'

/** `whole`: no digits behind a point but a single 0. */
export type NumberFit = { style: NumberStyle; decimals: number; whole: boolean }

export type NumberSearch = {
  /** Strikes out the styles that do not read this text; false when none is left. */
  add(text: string): boolean
  /** The styles that read all texts so far, the best first. */
  found(): NumberFit[]
}

const SMALL_INTEGER = /^-?\d{1,15}$/
/** `3.0` is how some programs write the integers of a column with nulls. */
const WHOLE = /^[+-]?\d+(?:\.0)?$/

/** Integers that a number does not hold, and what is not finite, are none. */
export function createNumberSearch(): NumberSearch {
  const fits: NumberFit[] = (['plain', 'grouped', 'comma'] as const).map((style) => {
    return { style, decimals: 0, whole: true }
  })
  return {
    add(text) {
      const digits = scanNumber(text)
      if (digits === 0 && SMALL_INTEGER.test(text)) return true
      let kept = 0
      for (const fit of fits) if (narrowed(fit, text, digits)) fits[kept++] = fit
      fits.length = kept
      return kept > 0
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
  fit.decimals = Math.max(fit.decimals, isPlain ? digits : scanNumber(plain))
  fit.whole &&= WHOLE.test(plain)
  return true
}
