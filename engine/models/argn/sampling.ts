// The graph that draws rows: column after column, each from its law given those drawn before it.

import { add, cast, exponential, greater, multiply, subtract } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { cumulativeSum, largest, sum } from '#engine/tensor/linear.ts'
import { uniform } from '#engine/tensor/noise.ts'
import { concatenate, reshape, split } from '#engine/tensor/shaping.ts'
import { embed, hiddenLayer, logits, type Network } from './network.ts'

export type SamplingOptions = {
  batchRows: number
  /** Columns in the order in which they are drawn. */
  order: readonly number[]
  /** By column: the logarithm of what each token's probability is multiplied by; -Infinity excludes it. */
  weights: ReadonlyMap<number, Float32Array>
}

/** Inputs and outputs of the model. */
export const SAMPLING = { bits: 'bits', tokens: 'tokens' } as const

/** A logit that no draw ever picks. */
const NEVER = -1e30

/**
 * The model: `bits` uint32 [columns, batchRows] in, `tokens` int32 [batchRows, columns] out; `values` are the network's
 * parameters by name.
 */
export function samplingModel(
  network: Network,
  values: ReadonlyMap<string, Float32Array>,
  { batchRows, order, weights }: SamplingOptions,
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
  for (const [at, column] of order.entries()) {
    const first = firstLayer(graph, network, values, order.slice(0, at), column)
    const law = logits(parameters, column, hiddenLayer(first, embedded, batchRows))
    const unit = reshape(uniform(bits[column] as SymbolicTensor), [batchRows, 1])
    const tokens = draw(weighted(law, weights.get(column)), unit)
    drawn[column] = reshape(tokens, [batchRows, 1])
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

/** The part of the first layer that leads from the columns before (in their order) to one column. */
function firstLayer(
  graph: Graph,
  network: Network,
  values: ReadonlyMap<string, Float32Array>,
  before: readonly number[],
  column: number,
) {
  const { layers } = network
  const start = (of: 'embedding' | 'hidden', at: number): number =>
    layers.slice(0, at).reduce((total, layer) => total + layer[of], 0)
  const width = (layers[column] as { hidden: number }).hidden
  const from = start('hidden', column)
  const all = values.get('first.weight') as Float32Array
  const rows = before.flatMap((other) => {
    const first = start('embedding', other)
    return Array.from(
      { length: (layers[other] as { embedding: number }).embedding },
      (_, i) => first + i,
    )
  })
  const weight = new Float32Array(rows.length * width)
  for (const [i, row] of rows.entries())
    weight.set(
      all.subarray(row * network.hidden + from, row * network.hidden + from + width),
      i * width,
    )
  const bias = (values.get('first.bias') as Float32Array).slice(from, from + width)
  return {
    weight:
      rows.length === 0
        ? null
        : graph.constant(`first ${column}.weight`, weight, [rows.length, width]),
    bias: graph.constant(`first ${column}.bias`, bias, [width]),
  }
}

function weighted(law: SymbolicTensor, weights: Float32Array | undefined): SymbolicTensor {
  if (weights === undefined) return law
  const finite = weights.map((weight) => Math.max(weight, NEVER))
  const name = `weights ${law.node.id}`
  return add(law, law.graph.constant(name, finite, [1, finite.length]))
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
