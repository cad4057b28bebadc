// The normal law by tables, where straight lines between exact values are exact enough: quantiles for many random
// words, probabilities for many values.

import { inversePhi, phi } from './normal.ts'

/** Quantiles at equal steps of the probability, a step for each value of a word's upper bits. */
const STEP_BITS = 12
const STEPS = 1 << STEP_BITS
const REST_BITS = 32 - STEP_BITS
/** Steps at either end in which a straight line would be wrong by more than 2e-4: the inverse itself is taken. */
const END_STEPS = 16

let table: Float64Array | null = null

function quantiles(): Float64Array {
  table ??= Float64Array.from({ length: STEPS + 1 }, (_, step) =>
    step === 0 || step === STEPS ? 0 : inversePhi(step / STEPS),
  )
  return table
}

/** `out[i]` standard normal, from one word each. Equal on every engine and machine. */
export function fillNormal(out: Float64Array, words: Uint32Array): void {
  const known = quantiles()
  const factor = 2 ** -REST_BITS
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number
    const step = word >>> REST_BITS
    if (step < END_STEPS || step >= STEPS - END_STEPS) out[i] = inversePhi((word + 0.5) * 2 ** -32)
    else {
      const low = known[step] as number
      const part = ((word & ((1 << REST_BITS) - 1)) + 0.5) * factor
      out[i] = low + part * ((known[step + 1] as number) - low)
    }
  }
}

/** A table of probabilities: `perUnit` cells for each unit from -`reach` to `reach`. */
export const PHI_CELLS = { reach: 4, perUnit: 512, count: 2 * 4 * 512 } as const

let probabilities: Float64Array | null = null

/** Phi at the ends of the cells, ascending. */
export function phiAtCells(): Float64Array {
  probabilities ??= Float64Array.from({ length: PHI_CELLS.count + 1 }, (_, cell) =>
    phi(cell / PHI_CELLS.perUnit - PHI_CELLS.reach),
  )
  return probabilities
}

/** P(Z <= x): by the table within 2e-7, exactly beyond it. Equal on every engine and machine. */
export function quickPhi(x: number): number {
  const place = (x + PHI_CELLS.reach) * PHI_CELLS.perUnit
  if (!(place >= 0 && place < PHI_CELLS.count)) return phi(x)
  const known = phiAtCells()
  const cell = Math.floor(place)
  const low = known[cell] as number
  return low + (place - cell) * ((known[cell + 1] as number) - low)
}
