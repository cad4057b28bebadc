// The graph that draws rows of a variational autoencoder: latent noise through the decoder, codes drawn from their
// logits (the largest alone would lose rare ones), places with the noise that they were reconstructed with.

import { add, hyperbolicTangent, multiply, relu, subtract } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { constantsOf } from '#engine/tensor/parameters.ts'
import { gatherRows, reshape } from '#engine/tensor/shaping.ts'
import { DRAW, GRID_ROWS, type RowDrawing } from '../modes/batch.ts'
import { correctedBias } from '../modes/calibrate.ts'
import { transposedParts, weightsOf } from '../modes/symbolic.ts'
import { decode, FIRST, type TvaeShape, tvaeParameters } from './network.ts'
import type { Prior } from './prior.ts'

/** `corrections` are added to the logits of codes, by position. */
export function tvaeDrawing(
  shape: TvaeShape,
  { groups, parameters }: Prior,
  corrections: Float32Array,
): RowDrawing {
  const { layout, embedding } = shape
  const graph = new Graph()
  const bias = correctedBias(parameters.get('out.bias') as Float32Array, corrections)
  const values = new Map(parameters).set('out.bias', bias)
  const constants = constantsOf(graph, drawnParameters(shape, groups.length), values)
  const group = graph.input(DRAW.condition, [GRID_ROWS], 'int32')
  constants[FIRST.bias] = gatherRows(constants[FIRST.bias] as SymbolicTensor, group)
  const latent = graph.input(DRAW.latent, [GRID_ROWS, embedding])
  const decoded = transposedParts(decode(constants, shape, latent), layout)
  const outputs: Record<string, SymbolicTensor> = { [DRAW.weights]: weightsOf(decoded.codes) }
  const spread = layout.places.length
  if (decoded.places !== null) {
    const noise = graph.input(DRAW.spread, [spread, GRID_ROWS])
    const sigma = reshape(constants['sigma'] as SymbolicTensor, [spread, 1])
    outputs[DRAW.places] = folded(add(hyperbolicTangent(decoded.places), multiply(noise, sigma)))
  }
  const byRow = Int32Array.from(groups.flatMap((rows, at) => new Array<number>(rows).fill(at)))
  const condition = (first: number): number => byRow[Math.floor(first * byRow.length)] as number
  return { model: modelOf(graph, outputs), embedding, spread, condition }
}

/** Names and shapes of what rows are drawn with: the encoder has no part in it. */
export function drawnParameters(shape: TvaeShape, groups: number) {
  return tvaeParameters(shape)
    .filter(({ name }) => !/^(?:encoder|latent)/.test(name))
    .map(({ name, shape: lengths }) => {
      return { name, shape: name === FIRST.bias ? [groups, ...lengths] : lengths }
    })
}

/** What lies beyond -1 or 1 is mirrored there, so that it does not pile up. */
function folded(x: SymbolicTensor): SymbolicTensor {
  const above = multiply(relu(subtract(x, 1)), 2)
  const below = multiply(relu(subtract(-1, x)), 2)
  return add(subtract(x, above), below)
}
