// Draws rows of a copula, by number.

import type { SamplerOptions } from '../algorithm.ts'
import { batchesOf } from '../grid.ts'
import {
  NO_TALLY,
  roomFor,
  type SampledColumn,
  type Sampler,
  type TargetShape,
} from '../sampled.ts'
import { allowedStretches, type Stretch } from './conditions.ts'
import type { Copula } from './copula.ts'
import { createDecoder, type Decoder, type Span } from './decoder.ts'
import type { Latent } from './latent.ts'
import { createVariables, GRID_ROWS } from './variables.ts'
import { wholeOf, windowSteps } from './window.ts'

export type FittedCopula = Copula & { targets: readonly TargetShape[] }

/**
 * Conditions are met by construction: their columns are drawn first, together, within what is allowed, and the rest given
 * them. AppError `invalid_request` for conditions that no row can meet.
 */
export function createCopulaSampler(
  { latents, correlation, targets }: FittedCopula,
  { seed, conditions = {}, window }: SamplerOptions,
): Sampler {
  const allowed = allowedStretches(latents, targets, conditions)
  const steps = window === undefined ? [] : windowSteps(window, latents, targets, conditions)
  const variables = createVariables(correlation, {
    ...{ seed, allowed },
    steps: steps.map((step) => {
      const whole = [wholeOf(latents[step.latent] as Latent)]
      return { ...step, anyhow: allowed.get(step.latent) ?? whole }
    }),
  })
  const writers = latents.map((latent, at) => {
    const step = steps.findIndex((one) => one.latent === at)
    if (step >= 0) return copied(variables.windowed[step] as Float64Array)
    return createWriter(latent, targets[latent.target] as TargetShape, {
      stretches: allowed.get(at),
      isNull: conditions.nulls?.includes((targets[latent.target] as TargetShape).name) ?? false,
    })
  })
  return {
    targets,
    tally: () => NO_TALLY,
    release: () => Promise.resolve(),
    async sample(range, { signal, spare }) {
      const found = roomFor(targets, range.to - range.from, spare)
      for (const { batch, rows, into } of batchesOf(range, GRID_ROWS)) {
        signal?.throwIfAborted()
        variables.load(batch)
        const span = { from: rows.from, to: into, count: rows.to - rows.from }
        for (const [at, index] of variables.order.entries()) {
          const column = found[(latents[index] as Latent).target] as SampledColumn
          writers[index]?.(variables.make(at), column, span)
        }
      }
      return found
    },
  }
}

/** Values of a normal variable to a part of its column. */
type Writer = (values: Float64Array, column: SampledColumn, span: Span) => void

/** Of what the window made it. */
function copied(windowed: Float64Array): Writer {
  return (_, column, { from, to, count }) => column.set(windowed.subarray(from, from + count), to)
}

function createWriter(
  latent: Latent,
  target: TargetShape,
  { stretches, isNull }: { stretches: readonly Stretch[] | undefined; isNull: boolean },
): Writer {
  if (isNull) return (_, column, { to, count }) => column.fill(Number.NaN, to, to + count)
  const decoder = createDecoder(latent)
  if (latent.of === 'null') return nullWriter(decoder, stretches)
  const scale = target.kind === 'numeric' ? 10 ** target.decimals : 1
  if (stretches !== undefined)
    return (values, column, span) => decoder.within(stretches, values, column, span, scale)
  if (target.kind === 'category')
    return (values, column, span) => decoder.levels(values, column as Int32Array, span)
  return (values, column, span) => decoder.numbers(values, column as Float64Array, span, scale)
}

/** Takes out numbers that are there; none where a condition wants a value. */
function nullWriter(decoder: Decoder, stretches: readonly Stretch[] | undefined): Writer {
  if (stretches !== undefined) return () => {}
  const absent = new Int32Array(GRID_ROWS)
  return (values, column, { from, to, count }) => {
    decoder.levels(values, absent, { from, to: 0, count })
    for (let i = 0; i < count; i++) if (absent[i] === 1) column[to + i] = Number.NaN
  }
}
