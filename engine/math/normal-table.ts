// Many normal variables from random words, by a table of quantiles where that is exact enough.

import { inversePhi } from './normal.ts'

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
