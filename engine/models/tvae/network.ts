// The variational autoencoder of tables (Xu et al. 2019, section 4.5): parameters, encoder, decoder, loss.

import {
  add,
  divide,
  exponential,
  hyperbolicTangent,
  logarithm,
  multiply,
  relu,
  square,
  subtract,
} from '#engine/tensor/elementwise.ts'
import { allocate, type SymbolicTensor, sameShape, sizeOf } from '#engine/tensor/graph.ts'
import { gemm, sum, sumOfSquares } from '#engine/tensor/linear.ts'
import { linearParameters, type Parameter, type Parameters } from '#engine/tensor/parameters.ts'
import { firstRows, reshape } from '#engine/tensor/shaping.ts'
import type { Layout } from '../modes/layout.ts'
import { crossEntropy, inStretches, joined, parts } from '../modes/symbolic.ts'

export type TvaeShape = {
  layout: Layout
  embedding: number
  encoder: readonly number[]
  decoder: readonly number[]
}

/** Standard deviations that places are reconstructed with; the authors keep them in these bounds. */
const SIGMA = { initial: 0.1, low: 0.01, high: 1 }

/** The encoder's last layers. */
const MEAN = 'latent mean'
const LOG_VARIANCE = 'latent variance'

/** The decoder's first layer. */
export const FIRST = { weight: 'decoder 0.weight', bias: 'decoder 0.bias' } as const

export function tvaeParameters({ layout, embedding, encoder, decoder }: TvaeShape): Parameter[] {
  const dense = (name: string, from: number, widths: readonly number[]): Parameter[] =>
    widths.flatMap((width, at) => linearParameters(`${name} ${at}`, widths[at - 1] ?? from, width))
  return [
    ...dense('encoder', layout.width, encoder),
    ...[MEAN, LOG_VARIANCE].flatMap((name) =>
      linearParameters(name, encoder.at(-1) ?? layout.width, embedding),
    ),
    ...dense('decoder', embedding, decoder),
    ...linearParameters('out', decoder.at(-1) ?? embedding, layout.width),
    ...(layout.places.length === 0 ? [] : [sigmas(layout.places.length)]),
  ]
}

function sigmas(count: number): Parameter {
  const { initial, low, high } = SIGMA
  return {
    name: 'sigma',
    shape: [count],
    initialise: (values) => values.fill(initial),
    bounds: { low, high },
  }
}

/** Places and codes of rows. */
export type Batch = { places: SymbolicTensor | null; codes: SymbolicTensor }

function linear(parameters: Parameters, name: string, x: SymbolicTensor): SymbolicTensor {
  const bias = parameters[`${name}.bias`] as SymbolicTensor
  return gemm(x, parameters[`${name}.weight`] as SymbolicTensor, { bias })
}

function dense(parameters: Parameters, name: string, x: SymbolicTensor, layers: number) {
  let hidden = x
  for (let at = 0; at < layers; at++) hidden = relu(linear(parameters, `${name} ${at}`, hidden))
  return hidden
}

/** Latent vectors [rows, embedding] to places before their tangent and logits of codes, [rows, width]. */
export function decode(
  parameters: Parameters,
  shape: TvaeShape,
  latent: SymbolicTensor,
): SymbolicTensor {
  const hidden = dense(parameters, 'decoder', latent, shape.decoder.length)
  return linear(parameters, 'out', hidden)
}

/** Of rows: mean and logarithm of the variance of their latent vectors, [rows, embedding]. */
export function latentLaw(
  parameters: Parameters,
  { encoder }: TvaeShape,
  { places, codes }: Batch,
): { mean: SymbolicTensor; logVariance: SymbolicTensor } {
  const hidden = dense(parameters, 'encoder', joined(places, codes), encoder.length)
  return {
    mean: linear(parameters, MEAN, hidden),
    logVariance: linear(parameters, LOG_VARIANCE, hidden),
  }
}

/** What the network makes of each row of a batch, and what it was given: [rows, ...]. */
export type Pass = {
  batch: Batch
  /** Places before their tangent, logits of codes. */
  decoded: Batch
  mean: SymbolicTensor
  logVariance: SymbolicTensor
  deviation: SymbolicTensor
}

/** `noise`: standard normal [rows, embedding]; of half as many rows, the other half of the batch has its opposite. */
export function tvaePass(
  parameters: Parameters,
  shape: TvaeShape,
  batch: Batch,
  noise: SymbolicTensor,
): Pass {
  const { mean, logVariance } = latentLaw(parameters, shape, batch)
  const deviation = exponential(multiply(logVariance, 0.5))
  const latent = add(mean, spreadBy(deviation, noise))
  const decoded = parts(decode(parameters, shape, latent), shape.layout)
  return { batch, decoded, mean, logVariance, deviation }
}

function spreadBy(deviation: SymbolicTensor, noise: SymbolicTensor): SymbolicTensor {
  const { graph, shape } = noise
  if (sameShape(deviation.shape, shape)) return multiply(deviation, noise)
  const signs = graph.constant('signs', allocate(graph.real, [1, -1]), [2, 1, 1])
  const halves = multiply(reshape(deviation, [2, ...shape]), multiply(signs, noise))
  return reshape(halves, deviation.shape)
}

/** The same of its first rows alone; without gradients. */
export function firstOfPass(pass: Pass, rows: number): Pass {
  const first = (x: SymbolicTensor): SymbolicTensor => firstRows(x, rows)
  const firstOf = ({ places, codes }: Batch): Batch => {
    return { places: places && first(places), codes: first(codes) }
  }
  return {
    batch: firstOf(pass.batch),
    decoded: firstOf(pass.decoded),
    mean: first(pass.mean),
    logVariance: first(pass.logVariance),
    deviation: first(pass.deviation),
  }
}

/**
 * Sums over the rows: `reconstruction` is the negative log likelihood of places (normal; where the mode has places)
 * and codes, `divergence` that of Kullback and Leibler from the standard normal law.
 */
export function tvaeLosses(
  parameters: Parameters,
  { layout }: TvaeShape,
  { batch: { places, codes }, decoded, mean, logVariance, deviation }: Pass,
): { reconstruction: SymbolicTensor; divergence: SymbolicTensor } {
  const unlikely = [crossEntropy(decoded.codes, codes, layout, { complete: true })]
  if (places !== null && decoded.places !== null) {
    const sigma = parameters['sigma'] as SymbolicTensor
    const away = divide(subtract(places, hyperbolicTangent(decoded.places)), sigma)
    const each = add(multiply(square(away), 0.5), logarithm(sigma))
    unlikely.push(sum(multiply(each, inStretches(codes, layout))))
  }
  const squares = add(sumOfSquares(mean), sumOfSquares(deviation))
  const spread = subtract(squares, add(sum(logVariance), sizeOf(mean.shape)))
  return {
    reconstruction: unlikely.reduce((total, one) => add(total, one)),
    divergence: multiply(spread, 0.5),
  }
}
