// Columns that have to fit together, row by row: several candidates, each drawn one column after the other within what
// those before leave of it, of which one is kept by how much of its laws was left.

import { createKeystream } from '#engine/tensor/noise.ts'
import { type Chooser, columnStride } from '../chooser.ts'
import type { Window } from '../sampled.ts'
import { cellsOfBin, placeIn } from '../tokens/token-decoder.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { Law } from './laws.ts'

/** The number of the keystream of windows. */
const STREAM = 7
/** Of which one is kept. */
const CANDIDATES = 16

type Ends = { min: number; max: number }

/** A column of the window: its law, and what its tokens stand for. */
export type WindowColumn = {
  law: Law
  tokens: Tokens
  /** What conditions leave of its numbers in any row. */
  range: Ends | undefined
}

export type WindowDraw = {
  /** Tokens of the columns for the rows of a batch, into the chooser's codes; later laws have seen them. */
  draw: (batch: number) => Promise<void>
  /** What they stand for, by column. */
  values: readonly Float64Array[]
}

/**
 * Each candidate is drawn as by Geweke, Hajivassiliou and Keane; which one is kept is chosen by weight (sampling and
 * importance resampling, Rubin 1987), one candidate after the other.
 */
export function createWindowDraw(
  window: Window,
  columns: readonly WindowColumn[],
  { chooser, seed, rows }: { chooser: Chooser; seed: number; rows: number },
): WindowDraw {
  const keystream = createKeystream(seed, STREAM)
  const apart = columnStride(rows)
  const words = new Uint32Array(CANDIDATES * (2 * columns.length + 1) * rows)
  const wordsOf = (at: number): Uint32Array => words.subarray(at * rows, (at + 1) * rows)
  const steps = columns.map((column, step) =>
    createStep(window, step, { ...column, chooser, rows }),
  )
  const drawn = columns.map(() => ({ codes: new Int32Array(rows), values: new Float64Array(rows) }))
  const kept = columns.map(() => ({ codes: new Int32Array(rows), values: new Float64Array(rows) }))
  const before = drawn.map(({ values }) => values)
  const weight = new Float64Array(rows)
  const total = new Float64Array(rows)

  const drawCandidate = async (candidate: number): Promise<void> => {
    weight.fill(1)
    const first = candidate * (2 * columns.length + 1) + 1
    for (const [step, { law, narrow, decoded }] of steps.entries()) {
      const { codes, values } = drawn[step] as (typeof drawn)[number]
      await law.weigh()
      narrow(before, weight)
      chooser.words.set(wordsOf(first + 2 * step), law.column * apart)
      chooser.choose(law.column, { start: 0, count: law.count })
      const chosen = chooser.codes.subarray(law.column * apart, law.column * apart + rows)
      const places = wordsOf(first + 2 * step + 1)
      for (let row = 0; row < rows; row++) {
        const code = chosen[row] as number
        codes[row] = law.tokens?.[code] ?? code
        values[row] = decoded(codes[row] as number, row, (places[row] as number) * 2 ** -32)
      }
      if (step < steps.length - 1) law.see(codes)
    }
  }
  /** In place of the candidate before, as often as its share of all weights so far. */
  const keep = (candidate: number): void => {
    const units = wordsOf(candidate * (2 * columns.length + 1))
    for (let row = 0; row < rows; row++) {
      const own = weight[row] as number
      const sum = (total[row] as number) + own
      total[row] = sum
      if (candidate > 0 && !((units[row] as number) * 2 ** -32 * sum < own)) continue
      for (const [step, { codes, values }] of kept.entries()) {
        codes[row] = drawn[step]?.codes[row] as number
        values[row] = drawn[step]?.values[row] as number
      }
    }
  }
  return {
    values: kept.map(({ values }) => values),
    async draw(batch) {
      keystream.fill(batch, words)
      total.fill(0)
      for (let candidate = 0; candidate < CANDIDATES; candidate++) {
        await drawCandidate(candidate)
        keep(candidate)
      }
      for (const [step, { law }] of steps.entries()) {
        const { codes } = kept[step] as (typeof kept)[number]
        chooser.codes.set(codes, law.column * apart)
        law.see(codes)
      }
    },
  }
}

type Step = {
  law: Law
  /** Takes from the weights of tokens what the window does not leave; the rows' weights are multiplied by what it does. */
  narrow: (before: readonly Float64Array[], weight: Float64Array) => void
  /** Of a token, within what is left of the row; `unit` in [0, 1) places it. */
  decoded: (token: number, row: number, unit: number) => number
}

function createStep(
  window: Window,
  step: number,
  { law, tokens, range, chooser, rows }: WindowColumn & { chooser: Chooser; rows: number },
): Step {
  const spans = spansOf(tokens)
  const least = new Float64Array(rows)
  const most = new Float64Array(rows)
  const all = new Float64Array(rows)
  const left = new Float64Array(rows)
  const partOf = createParts(tokens, range)
  const given = new Float64Array(step)
  return {
    law,
    narrow(before, weight) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < step; k++) given[k] = before[k]?.[row] as number
        const ends = window.left(step, given)
        least[row] = ends.min
        most[row] = ends.max
      }
      all.fill(0)
      left.fill(0)
      for (let place = 0; place < law.count; place++) {
        const token = law.tokens?.[place] ?? place
        const { min, max } = spans[token] as Ends
        for (let row = 0, at = place * rows; row < rows; row++, at++) {
          const own = chooser.weights[at] as number
          const [low, high] = [least[row] as number, most[row] as number]
          const share =
            min >= low && max <= high
              ? 1
              : max >= low && min <= high
                ? partOf(token, { min: low, max: high })
                : 0
          all[row] = (all[row] as number) + own
          left[row] = (left[row] as number) + own * share
          chooser.weights[at] = own * share
        }
      }
      for (let row = 0; row < rows; row++) {
        weight[row] = (weight[row] as number) * ((left[row] as number) / (all[row] as number))
        // Something has to be drawn; nobody keeps it.
        if (left[row] === 0) chooser.weights[row] = 1
      }
    },
    decoded(token, row, unit) {
      const { min, max } = spans[token] as Ends
      if (tokens.kind === 'category' || token < tokens.atoms.length || Number.isNaN(min)) return min
      const ends = { min: least[row] as number, max: most[row] as number }
      const bin = token - tokens.atoms.length
      const isWhole = min >= ends.min && max <= ends.max
      const own = cellsOfBin(tokens, bin, isWhole ? range : ends)
      const found = own.share > 0 ? own : cellsOfBin(tokens, bin, range)
      return placeIn(found, tokens.decimals, unit)
    },
  }
}

/** Of each token the values that it stands for; NaN for null, which is never within a window. */
function spansOf(tokens: Tokens): Ends[] {
  if (tokens.kind === 'category')
    return Array.from({ length: tokens.count }, (_, code) => ({ min: code, max: code }))
  return [
    ...tokens.atoms.map((value) => ({ min: value, max: value })),
    ...tokens.bins.map(([min, max]) => ({ min, max })),
    ...(tokens.hasNull ? [{ min: Number.NaN, max: Number.NaN }] : []),
  ]
}

/** Of a bin that lies partly within ends, the share of what conditions leave of it. */
function createParts(
  tokens: Tokens,
  range: Ends | undefined,
): (token: number, ends: Ends) => number {
  if (tokens.kind === 'category') return () => 0
  const whole = tokens.bins.map((_, bin) => cellsOfBin(tokens, bin, range).share)
  return (token, ends) => {
    const bin = token - tokens.atoms.length
    const all = whole[bin]
    return all === undefined || all === 0
      ? 0
      : Math.min(1, cellsOfBin(tokens, bin, ends).share / all)
  }
}
