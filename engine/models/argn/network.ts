// The autoregressive network over tokens: each column's law given any set of columns before it. Embeddings, one
// hidden layer and a softmax per column, as TabularARGN has them (Tiwald et al. 2025).

import { add, multiply, relu } from '#engine/tensor/elementwise.ts'
import type { SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm } from '#engine/tensor/linear.ts'
import { linearParameters, type Parameter, type Parameters } from '#engine/tensor/parameters.ts'
import { concatenate, gatherRows, reshape, split } from '#engine/tensor/shaping.ts'
import { type Beginnings, initialLayers } from './initial.ts'

/** A column of the network. */
export type Layer = { tokens: number; embedding: number; hidden: number }

export type Network = {
  layers: readonly Layer[]
  /** Widths of all embeddings, and of all hidden layers, together. */
  embedding: number
  hidden: number
}

/** Sizes by number of tokens; `capacity` multiplies the hidden layers. */
export function createNetwork(tokens: readonly number[], capacity = 1): Network {
  const layers = tokens.map((count): Layer => {
    const embedding = Math.min(count, Math.max(10, 3 * Math.ceil(count ** 0.25)))
    const hidden = Math.round(capacity * 16 * Math.max(2, Math.round(Math.log(count))))
    return { tokens: count, embedding, hidden }
  })
  const total = (of: (layer: Layer) => number) => layers.reduce((sum, layer) => sum + of(layer), 0)
  return { layers, embedding: total((l) => l.embedding), hidden: total((l) => l.hidden) }
}

/** `beginnings` are needed to initialise only. */
export function networkParameters(
  { layers, embedding, hidden }: Network,
  beginnings?: Beginnings,
): Parameter[] {
  const begun = beginnings && initialLayers(beginnings)
  return [
    ...layers.map(
      (layer, at): Parameter => ({
        name: embeddingName(at),
        shape: [layer.tokens, layer.embedding],
        initialise: (values, uniform) => begun?.embedding(at, values, uniform),
      }),
    ),
    ...linearParameters('first', embedding, hidden),
    ...layers.flatMap((layer, at): Parameter[] => [
      {
        name: `${secondName(at)}.weight`,
        shape: [layer.hidden, layer.tokens],
        initialise: (values, uniform) => begun?.weight(at, values, uniform),
      },
      {
        name: `${secondName(at)}.bias`,
        shape: [layer.tokens],
        initialise: (values) => begun?.bias(at, values),
      },
    ]),
  ]
}

const embeddingName = (column: number): string => `embedding ${column}`
const secondName = (column: number): string => `second ${column}`

function parameterOf(parameters: Parameters, name: string): SymbolicTensor {
  return parameters[name] as SymbolicTensor
}

/** [rows, embedding of the column] of the column's tokens, int32 [rows]. */
export function embed(
  parameters: Parameters,
  column: number,
  tokens: SymbolicTensor,
): SymbolicTensor {
  return gatherRows(parameterOf(parameters, embeddingName(column)), tokens)
}

/** What a column's softmax is of: [rows, tokens], from its hidden layer [rows, hidden]. */
export function logits(
  parameters: Parameters,
  column: number,
  hidden: SymbolicTensor,
): SymbolicTensor {
  const name = secondName(column)
  const bias = parameterOf(parameters, `${name}.bias`)
  return gemm(hidden, parameterOf(parameters, `${name}.weight`), { bias })
}

/**
 * Hidden layers of all columns at once, [rows, hidden of the column] each: one product with the weights, of which
 * `visibility` leaves those from columns that come before. `kept` multiplies the hidden units (dropout).
 */
export function hiddenLayers(
  parameters: Parameters,
  { layers }: Network,
  embedded: readonly SymbolicTensor[],
  weights: SymbolicTensor,
  kept: SymbolicTensor | null,
): readonly SymbolicTensor[] {
  const bias = parameterOf(parameters, 'first.bias')
  const all = relu(gemm(concatenate(embedded, 1), weights, { bias }))
  return split(
    kept === null ? all : multiply(all, kept),
    layers.map(({ hidden }) => hidden),
    1,
  )
}

export const firstWeights = (parameters: Parameters): SymbolicTensor =>
  parameterOf(parameters, 'first.weight')

/** One column's hidden layer from the embedded columns before it; none for the first. */
export function hiddenLayer(
  { weight, bias }: { weight: SymbolicTensor | null; bias: SymbolicTensor },
  embedded: readonly SymbolicTensor[],
  rows: number,
): SymbolicTensor {
  if (weight === null)
    return relu(add(reshape(bias, [1, bias.shape[0] as number]), zeroRows(bias, rows)))
  return relu(gemm(concatenate(embedded, 1), weight, { bias }))
}

function zeroRows(like: SymbolicTensor, rows: number): SymbolicTensor {
  const width = like.shape[0] as number
  return like.graph.constant(`zeros ${rows} ${width}`, new Float32Array(rows * width), [
    rows,
    width,
  ])
}
