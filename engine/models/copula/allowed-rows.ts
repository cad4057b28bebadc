// The normal variables of conditioned columns, row by row: candidates within what is allowed, one variable given those
// before it, of which one is kept by how much of its law was allowed.

import { createKeystream } from '#engine/tensor/noise.ts'
import { drawWithin, type Stretch } from './conditions.ts'
import type { WindowStep } from './window.ts'

/** Stretches of a variable, or those of a step of a window, else where that leaves nothing. */
export type Allowed = { stretches: readonly Stretch[]; step?: WindowStep }

export type AllowedRows = {
  /**
   * Values of each variable for the rows of the batch, the noise that leads to them, and the numbers or codes of the
   * steps of the window.
   */
  draw(
    batch: number,
    values: readonly Float64Array[],
    noise: readonly Float64Array[],
    windowed: readonly Float64Array[],
  ): void
}

/** The number of the keystream of conditioned samples. */
const STREAM = 6
/** Where several variables are conditioned, one of so many is kept; a single one needs no choice. */
const CANDIDATES = 16

/**
 * Draws the first variables of a Cholesky `factor` (rows of `count`), each within its `allowed` stretches. Candidates are
 * those of Geweke, Hajivassiliou and Keane; choosing by their weights (sampling and importance resampling, Rubin 1987)
 * brings them to the joint law.
 */
export function createAllowedRows(
  factor: Float64Array,
  count: number,
  allowed: readonly Allowed[],
  { seed, rows }: { seed: number; rows: number },
): AllowedRows {
  const variables = allowed.length
  const candidates = variables > 1 ? CANDIDATES : 1
  const keystream = createKeystream(seed, STREAM)
  const words = new Uint32Array(rows * (candidates * variables + 1))
  const found = Array.from({ length: candidates }, () => {
    return {
      weight: 0,
      values: new Float64Array(variables),
      noise: new Float64Array(variables),
      windowed: new Float64Array(allowed.filter(({ step }) => step !== undefined).length),
    }
  })

  const drawCandidate = (candidate: (typeof found)[number], at: number): void => {
    candidate.weight = 1
    let step = 0
    for (const [variable, { stretches: anyhow, step: own }] of allowed.entries()) {
      let mean = 0
      for (let k = 0; k < variable; k++)
        mean += (factor[variable * count + k] as number) * (candidate.noise[k] as number)
      const deviation = factor[variable * count + variable] as number
      const unit = unitOf(words[at + variable] as number)
      const left = own?.stretches(candidate.windowed)
      const stretches = left === undefined || left.length === 0 ? anyhow : left
      const { value, mass } = drawWithin(stretches, { mean, deviation }, unit)
      if (own !== undefined) candidate.windowed[step++] = own.valueAt(value, stretches)
      candidate.values[variable] = value
      candidate.noise[variable] = (value - mean) / deviation
      candidate.weight *= left?.length === 0 ? 0 : mass
    }
  }

  return {
    draw(batch, values, noise, windowed) {
      keystream.fill(batch, words)
      for (let row = 0; row < rows; row++) {
        const start = row * (candidates * variables + 1)
        for (const [at, candidate] of found.entries())
          drawCandidate(candidate, start + 1 + at * variables)
        const chosen = chooseByWeight(found, unitOf(words[start] as number))
        for (const [variable, column] of values.entries()) {
          column[row] = chosen.values[variable] as number
          ;(noise[variable] as Float64Array)[row] = chosen.noise[variable] as number
        }
        for (const [step, column] of windowed.entries())
          column[row] = chosen.windowed[step] as number
      }
    },
  }
}

/** In (0, 1). */
const unitOf = (word: number): number => (word + 0.5) * 2 ** -32

/** The first where no weight is more than nothing. */
function chooseByWeight<T extends { weight: number }>(found: readonly T[], unit: number): T {
  let rest = unit * found.reduce((sum, { weight }) => sum + weight, 0)
  for (const candidate of found) {
    rest -= candidate.weight
    if (rest < 0) return candidate
  }
  return found[0] as T
}
