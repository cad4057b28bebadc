// An attacker who takes what is true of one synthetic row alone and guesses that it is true of one real person alone
// (Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", 2023).

import { createSeededRandom, type SeededRandom } from '#engine/random/seeded-random.ts'
import { differenceInterval, type Interval, shareInterval } from '../auc.ts'
import { quantileOf } from '../mean.ts'
import type { Measured, MeasuredColumn } from '../measured.ts'
import type { Pause } from '../pause.ts'

/**
 * Of the guesses from synthetic rows the share that is true of exactly one row learned from; the same of guesses from
 * rows that were not learned from; `risk` is what the first has above the second, as a share of what it could have.
 */
export type SinglingOut = {
  guesses: number
  success: number
  success_interval: Interval
  control: number | null
  risk: number | null
  risk_interval: Interval | null
}

const GUESSES = 300
const TRIES_MAX = 3_000
const COLUMNS_MIN = 3
const COLUMNS_MAX = 6
const TRIES_BETWEEN_PAUSES = 100

type Guess = { column: number; holds: (value: number) => boolean }[]

type Outcome = { n: number; successes: number }

/** Null where nothing is true of a synthetic row alone. Rejects with AppError `cancelled`. */
export async function singleOut(
  tables: { synthetic: Measured; real: Measured; control: Measured | null },
  { seed, pause }: { seed: number; pause: Pause },
): Promise<SinglingOut | null> {
  const { synthetic, real, control } = tables
  /** A guess counts where `own` synthetic rows are like it: 1 for one that comes from them, 0 for another. */
  const attack = async (from: Measured, own: number, purpose: string): Promise<Outcome> => {
    const draw = createGuesser(from, createSeededRandom(seed, `singling out ${purpose}`))
    const outcome = { n: 0, successes: 0 }
    if (from.rows === 0 || from.columns.length === 0) return outcome
    for (let tries = 0; tries < TRIES_MAX && outcome.n < GUESSES; tries++) {
      if (tries % TRIES_BETWEEN_PAUSES === 0) await pause()
      const guess = draw()
      if (rowsWhere(guess, synthetic, own) !== own) continue
      outcome.n++
      if (rowsWhere(guess, real, 1) === 1) outcome.successes++
    }
    return outcome
  }
  const found = await attack(synthetic, 1, 'synthetic')
  if (found.n === 0) return null
  const success = found.successes / found.n
  const base = {
    guesses: found.n,
    success,
    success_interval: shareInterval(found.successes, found.n),
  }
  // Alone in the synthetic table with a row of its own is what a control row is that no synthetic row is like.
  const controls = control ? await attack(control, 0, 'control') : null
  if (!controls || controls.n === 0)
    return { ...base, control: null, risk: null, risk_interval: null }
  const share = controls.successes / controls.n
  const relative = (difference: number): number => (share === 1 ? 0 : difference / (1 - share))
  const [low, high] = differenceInterval(found, controls)
  return {
    ...base,
    control: share,
    risk: relative(success - share),
    risk_interval: [relative(low), relative(high)],
  }
}

/** Guesses about some columns of a random row: its level, or that a number is at least as far from the median. */
function createGuesser({ rows, columns }: Measured, random: SeededRandom): () => Guess {
  const medians = columns.map((column) => {
    if (column.kind === 'category') return 0
    const sorted = column.values.filter((value) => !Number.isNaN(value)).sort()
    return quantileOf(sorted, 0.5) ?? 0
  })
  return () => {
    const row = random.below(rows)
    const size = COLUMNS_MIN + random.below(COLUMNS_MAX - COLUMNS_MIN + 1)
    const chosen = new Set<number>()
    while (chosen.size < Math.min(size, columns.length)) chosen.add(random.below(columns.length))
    return [...chosen].map((column) => {
      const value = valuesOf(columns[column] as MeasuredColumn)[row] as number
      return { column, holds: predicate(columns[column]?.kind, value, medians[column] as number) }
    })
  }
}

function predicate(
  kind: MeasuredColumn['kind'] | undefined,
  value: number,
  median: number,
): (other: number) => boolean {
  if (kind === 'category') return (other) => other === value
  if (Number.isNaN(value)) return Number.isNaN
  return value > median ? (other) => other >= value : (other) => other <= value
}

function valuesOf(column: MeasuredColumn): Float64Array | Int32Array {
  return column.kind === 'number' ? column.values : column.codes
}

/** How many rows the guess is true of; counting ends above `most`. */
function rowsWhere(guess: Guess, { rows, columns }: Measured, most: number): number {
  const parts = guess.map(({ column, holds }) => ({
    values: valuesOf(columns[column] as MeasuredColumn),
    holds,
  }))
  let found = 0
  for (let row = 0; row < rows && found <= most; row++)
    if (parts.every(({ values, holds }) => holds(values[row] as number))) found++
  return found
}
