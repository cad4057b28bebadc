// The critic of the conditional GAN of tables (Xu et al. 2019, section 4.4): parameters, scores of packs of rows, the
// slope of scores, losses. Its first layer is kept apart: it is linear, and looks conditions up.

import {
  accumulate,
  add,
  multiply,
  square,
  squareRoot,
  stepped,
  subtract,
} from '#engine/tensor/elementwise.ts'
import { gradients } from '#engine/tensor/gradients.ts'
import type { SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm, mean, rowSums, sum } from '#engine/tensor/linear.ts'
import {
  linearParameters,
  type Parameter,
  type Parameters,
  uniformParameter,
} from '#engine/tensor/parameters.ts'
import {
  concatenate,
  detach,
  gatherRows,
  reshape,
  split,
  withGradient,
} from '#engine/tensor/shaping.ts'
import type { CtganShape } from './shape.ts'

/** Slope of the critic's units below zero, and share of them that a pass keeps. */
const LEAK = 0.2
const KEPT = 0.5
/** What the penalty of slopes counts (Gulrajani et al. 2017). */
const PENALTY = 10

/** The first layer has weights for rows, and others for their conditions. */
export function criticParameters({ layout, conditions, critic, pac }: CtganShape): Parameter[] {
  const [first, ...others] = critic as [number, ...number[]]
  const inputs = pac * (layout.width + conditions)
  return [
    uniformParameter('first rows', [pac * layout.width, first], inputs),
    ...(conditions === 0
      ? []
      : [uniformParameter('first conditions', [pac * conditions, first], inputs)]),
    uniformParameter('first.bias', [first], inputs),
    ...others.flatMap((units, at) =>
      linearParameters(`layer ${at + 1}`, critic[at] as number, units),
    ),
    ...linearParameters('out', critic.at(-1) as number, 1),
  ]
}

const named = (parameters: Parameters, name: string): SymbolicTensor =>
  parameters[name] as SymbolicTensor

/** Rows [rows, width] with their conditions by number [rows], null where there are none. */
export type ConditionedRows = { rows: SymbolicTensor; conditions: SymbolicTensor | null }

/** What the critic's first layer makes of packs of rows, before its bend: [packs, units]. Linear in the rows. */
export function firstSums(
  parameters: Parameters,
  shape: CtganShape,
  { rows, conditions }: ConditionedRows,
): SymbolicTensor {
  const [count, width] = rows.shape as [number, number]
  const packed = reshape(rows, [count / shape.pac, shape.pac * width])
  const bias = named(parameters, 'first.bias')
  const met = conditions === null ? bias : conditionSums(parameters, shape, conditions, bias)
  return gemm(packed, named(parameters, 'first rows'), { bias: met })
}

/** Each place in a pack has a table of its own; the bias is part of the first, so that it costs no pass over the batch. */
function conditionSums(
  parameters: Parameters,
  { pac, conditions: count }: CtganShape,
  conditions: SymbolicTensor,
  bias: SymbolicTensor,
): SymbolicTensor {
  const packs = (conditions.shape[0] as number) / pac
  const tables = split(named(parameters, 'first conditions'), new Array<number>(pac).fill(count), 0)
  const places = split(reshape(conditions, [packs, pac]), new Array<number>(pac).fill(1), 1)
  return places
    .map((place, at) => {
      const table = tables[at] as SymbolicTensor
      return gatherRows(at === 0 ? add(table, bias) : table, reshape(place, [packs]))
    })
    .reduce((total, one) => add(total, one))
}

/**
 * The squared length of the slope by packed rows and their conditions as 0 and 1, [packs, 1], from the slope by the first
 * layer's sums. Its gradient is written by hand: the factor of a pack goes to the narrow side of the products.
 */
function squaredSlopes(
  parameters: Parameters,
  { conditions }: CtganShape,
  ofSums: SymbolicTensor,
): SymbolicTensor {
  const names = conditions === 0 ? ['first rows'] : ['first rows', 'first conditions']
  const weights = names.map((name) => named(parameters, name))
  const slopes = weights.map((weight) => gemm(ofSums, weight, { transposeB: true }))
  const squares = slopes
    .map((slope) => rowSums(square(slope)))
    .reduce((total, one) => add(total, one))
  return withGradient(squares, [ofSums, ...weights], (gradient) => {
    const factor = multiply(gradient, 2)
    const back = slopes
      .map((slope, at) => gemm(slope, weights[at] as SymbolicTensor))
      .reduce((total, one) => accumulate(total, one))
    const scaled = multiply(ofSums, factor)
    return [
      multiply(back, factor),
      ...slopes.map((slope) => gemm(slope, scaled, { transposeA: true })),
    ]
  })
}

/**
 * The first layer's sums [packs, units] to scores [packs, 1]; `kept`: 0 or 1 by hidden unit of each pack, or of as many packs
 * as there are in one of several parts, which all have the same.
 */
export function scoresOf(
  parameters: Parameters,
  { critic }: CtganShape,
  sums: SymbolicTensor,
  kept: readonly SymbolicTensor[],
): SymbolicTensor {
  let hidden = sums
  for (const at of critic.keys()) {
    if (at > 0)
      hidden = gemm(hidden, named(parameters, `layer ${at}.weight`), {
        bias: named(parameters, `layer ${at}.bias`),
      })
    const slopes = stepped(hidden, LEAK / KEPT, 1 / KEPT)
    hidden = multiply(hidden, keepUnits(slopes, kept[at] as SymbolicTensor))
  }
  return gemm(hidden, named(parameters, 'out.weight'), { bias: named(parameters, 'out.bias') })
}

function keepUnits(slopes: SymbolicTensor, kept: SymbolicTensor): SymbolicTensor {
  const [packs, units] = kept.shape as [number, number]
  const parts = reshape(slopes, [(slopes.shape[0] as number) / packs, packs, units])
  return reshape(multiply(parts, kept), slopes.shape)
}

export type CriticBatch = {
  fake: ConditionedRows
  real: ConditionedRows
  /** Where between their packs the slope is taken, [packs, 1]. */
  mix: SymbolicTensor
  /** The same units of a generated pack, a real one and what is between them. */
  kept: readonly SymbolicTensor[]
}

/**
 * `distance`: the mean score of generated packs less that of real ones. `penalty`: PENALTY times the mean square of how
 * far the length of the score's slope, between them, is from 1; its gradient is of second order. As the first layer is
 * linear, what it makes of packs between is between what it makes of both, and the slope by rows is a product with
 * its weights: the packs between are never made.
 */
export function criticLosses(
  parameters: Parameters,
  shape: CtganShape,
  { fake, real, mix, kept }: CriticBatch,
): Record<'distance' | 'penalty', SymbolicTensor> {
  const sums = firstSums(parameters, shape, {
    rows: concatenate([fake.rows, real.rows], 0),
    conditions:
      fake.conditions === null || real.conditions === null
        ? null
        : concatenate([fake.conditions, real.conditions], 0),
  })
  const packs = (sums.shape[0] as number) / 2
  const scores = scoresOf(parameters, shape, sums, kept)
  const [ofFake, ofReal] = halves(scores, packs)
  const [sumsOfFake, sumsOfReal] = halves(sums, packs)
  const between = detach(add(sumsOfFake, multiply(mix, subtract(sumsOfReal, sumsOfFake))))
  const score = sum(scoresOf(parameters, shape, between, kept))
  const [ofSums] = gradients(score, [between]) as [SymbolicTensor]
  const length = squareRoot(add(squaredSlopes(parameters, shape, ofSums), 1e-12))
  return {
    distance: subtract(mean(ofFake), mean(ofReal)),
    penalty: multiply(mean(square(subtract(length, 1))), PENALTY),
  }
}

/** Of two equal halves of the rows. */
function halves(x: SymbolicTensor, rows: number): [SymbolicTensor, SymbolicTensor] {
  return split(x, [rows, rows], 0) as [SymbolicTensor, SymbolicTensor]
}
