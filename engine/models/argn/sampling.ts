// The graph that other runtimes draw rows by: column after column, each from its law given those drawn before it.

import { cast, exponential, greater, multiply, subtract } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { cumulativeSum, largest, sum } from '#engine/tensor/linear.ts'
import { uniform } from '#engine/tensor/noise.ts'
import { concatenate, reshape, split } from '#engine/tensor/shaping.ts'
import { embed, hiddenLayer, logits, type Network } from './network.ts'

/** Inputs and outputs of the model. */
const SAMPLING = { bits: 'bits', tokens: 'tokens' } as const

/**
 * The model: `bits` uint32 [columns, batchRows] in, `tokens` int32 [batchRows, columns] out; `values` are the network's
 * parameters by name.
 */
export function samplingModel(
  network: Network,
  values: ReadonlyMap<string, Float32Array>,
  batchRows: number,
): Uint8Array {
  const graph = new Graph()
  const columns = network.layers.length
  const parameters = constants(graph, network, values)
  const bits = split(
    graph.input(SAMPLING.bits, [columns, batchRows], 'uint32'),
    network.layers.map(() => 1),
    0,
  )
  const drawn: SymbolicTensor[] = []
  const embedded: SymbolicTensor[] = []
  for (const column of network.layers.keys()) {
    const first = firstLayer(graph, network, values, column)
    const law = logits(parameters, column, hiddenLayer(first, embedded, batchRows))
    const unit = reshape(uniform(bits[column] as SymbolicTensor), [batchRows, 1])
    const tokens = draw(law, unit)
    drawn.push(reshape(tokens, [batchRows, 1]))
    embedded.push(embed(parameters, column, tokens))
  }
  return modelOf(graph, { [SAMPLING.tokens]: concatenate(drawn, 1) })
}

function constants(graph: Graph, { layers }: Network, values: ReadonlyMap<string, Float32Array>) {
  const constant = (name: string, shape: number[]) =>
    [name, graph.constant(name, values.get(name) as Float32Array, shape)] as const
  return Object.fromEntries(
    layers.flatMap(({ tokens, embedding, hidden }, at) => [
      constant(`embedding ${at}`, [tokens, embedding]),
      constant(`second ${at}.weight`, [hidden, tokens]),
      constant(`second ${at}.bias`, [tokens]),
    ]),
  )
}

/** The part of the first layer that leads from the columns before to one column. */
function firstLayer(
  graph: Graph,
  { layers, hidden }: Network,
  values: ReadonlyMap<string, Float32Array>,
  column: number,
) {
  const start = (of: 'embedding' | 'hidden'): number =>
    layers.slice(0, column).reduce((total, layer) => total + layer[of], 0)
  const { hidden: width } = layers[column] as Network['layers'][number]
  const [rows, from] = [start('embedding'), start('hidden')]
  const all = values.get('first.weight') as Float32Array
  const weight = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++)
    weight.set(all.subarray(row * hidden + from, row * hidden + from + width), row * width)
  const bias = (values.get('first.bias') as Float32Array).slice(from, from + width)
  return {
    weight: rows === 0 ? null : graph.constant(`first ${column}.weight`, weight, [rows, width]),
    bias: graph.constant(`first ${column}.bias`, bias, [width]),
  }
}

/** One token per row by inversion: how many of the cumulated probabilities the unit reaches. int32 [rows]. */
function draw(law: SymbolicTensor, unit: SymbolicTensor): SymbolicTensor {
  const [rows, count] = law.shape as [number, number]
  if (count === 1) return law.graph.constant(`zero ${rows}`, new Int32Array(rows), [rows], 'int32')
  const shares = exponential(subtract(law, largest(law, [1], true)))
  const cumulated = cumulativeSum(shares)
  const [below, total] = split(cumulated, [count - 1, 1], 1) as [SymbolicTensor, SymbolicTensor]
  const reached = greater(multiply(unit, total), below)
  return cast(sum(cast(reached), [1]), 'int32')
}
