// The graph that draws rows of a variational autoencoder: latent noise through the decoder, codes drawn from their
// logits (the largest alone would lose rare ones), places with the noise that they were reconstructed with.

import { add, hyperbolicTangent, multiply, relu, subtract } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { normal } from '#engine/tensor/noise.ts'
import { split } from '#engine/tensor/shaping.ts'
import { DRAW, GRID_ROWS, noiseStride, type RowDrawing } from '../modes/batch.ts'
import { drawCodes } from '../modes/symbolic.ts'
import { decode, type TvaeShape, tvaeParameters } from './network.ts'

/** `parameters` by name; `corrections` are added to the logits of codes, by position. */
export function tvaeDrawing(
  shape: TvaeShape,
  parameters: ReadonlyMap<string, Float32Array>,
  corrections: Float32Array,
): RowDrawing {
  const { layout, embedding } = shape
  const graph = new Graph()
  const columns = layout.spans.length
  /** Normal noise comes in pairs. */
  const even = 2 * Math.ceil(layout.places.length / 2)
  const words = embedding + layout.codes + even
  const stride = noiseStride(words, columns)
  const constants = Object.fromEntries(
    tvaeParameters(shape).map(({ name, shape: lengths }) => [
      name,
      graph.constant(name, parameters.get(name) as Float32Array, lengths),
    ]),
  )
  const lengths = [embedding, layout.codes, even, stride - words].filter((length) => length > 0)
  const bits = split(graph.input(DRAW.bits, [GRID_ROWS, stride], 'uint32'), lengths, 1)
  const decoded = decode(constants, shape, normal(bits[0] as SymbolicTensor))
  const logits = add(decoded.codes, graph.constant('corrections', corrections, [layout.codes]))
  const outputs: Record<string, SymbolicTensor> = {
    [DRAW.codes]: drawCodes(logits, bits[1] as SymbolicTensor, layout),
  }
  if (decoded.places !== null) {
    const [noise] = split(
      normal(bits[2] as SymbolicTensor),
      even > layout.places.length ? [layout.places.length, 1] : [even],
      1,
    ) as [SymbolicTensor]
    const sigma = constants['sigma'] as SymbolicTensor
    outputs[DRAW.places] = folded(add(hyperbolicTangent(decoded.places), multiply(noise, sigma)))
  }
  return { model: modelOf(graph, outputs), words }
}

/** What lies beyond -1 or 1 is mirrored there, so that it does not pile up. */
function folded(x: SymbolicTensor): SymbolicTensor {
  const above = multiply(relu(subtract(x, 1)), 2)
  const below = multiply(relu(subtract(-1, x)), 2)
  return add(subtract(x, above), below)
}
