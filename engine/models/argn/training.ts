// A training step of the autoregressive network: all columns at once, each seeing those that come before it in an
// order that is drawn anew for every step.

import { type AdamOptions, createAdam, type Optimiser } from '#engine/tensor/adam.ts'
import { add, cast, equal, greater, multiply } from '#engine/tensor/elementwise.ts'
import type { SymbolicTensor } from '#engine/tensor/graph.ts'
import { logSoftmax, sum } from '#engine/tensor/linear.ts'
import { gatherColumns, gatherRows, reshape, split } from '#engine/tensor/shaping.ts'
import type { StepContext, TrainingStep } from '#engine/tensor/training-step.ts'
import type { Beginnings } from './initial.ts'
import {
  embed,
  firstWeights,
  hiddenLayers,
  logits,
  type Network,
  networkParameters,
} from './network.ts'

export type ArgnTraining = { step: TrainingStep; optimiser: Optimiser }

export type ArgnStepOptions = {
  batchRows: number
  learningRate: number
  /** Share of the hidden units that a step leaves out. */
  dropout: number
}

/** Names of the feeds of a step. */
export const FEEDS = { rows: 'rows', positions: 'positions', drop: 'drop', rate: 'rate' } as const

/** `tokens`: row after row, a token for each column. */
export function createTraining(
  network: Network,
  data: { tokens: Int32Array; rows: number; beginnings: Beginnings },
  { batchRows, learningRate, dropout }: ArgnStepOptions,
  uniform: () => number,
): ArgnTraining {
  const columns = network.layers.length
  const adam: AdamOptions = {
    ...{ learningRate, beta1: 0.9, beta2: 0.999, weightDecay: 0.01, decoupled: true },
  }
  const optimiser = createAdam('net', networkParameters(network, data.beginnings), adam)
  const step = (context: StepContext) => {
    const parameters = optimiser.parameters(context)
    const tokens = gatherRows(context.table('tokens'), context.feed(FEEDS.rows))
    const visible = visibility(context.feed(FEEDS.positions), network)
    const kept = keepMask(context.feed(FEEDS.drop), dropout)
    const loss = crossEntropy(parameters, network, tokens, { visible, kept })
    const rate = context.feed(FEEDS.rate)
    const { state } = optimiser.step(context, loss, rate)
    return { state, metrics: { loss } }
  }
  return {
    optimiser,
    step: {
      state: optimiser.state(uniform),
      feeds: [
        { name: FEEDS.rows, shape: [batchRows], dtype: 'int32' },
        { name: FEEDS.positions, shape: [columns], dtype: 'float32' },
        { name: FEEDS.drop, shape: [batchRows, network.hidden], dtype: 'uint8' },
        { name: FEEDS.rate, shape: [], dtype: 'float32' },
      ],
      tables: [{ name: 'tokens', shape: [data.rows, columns], dtype: 'int32', data: data.tokens }],
      step,
      afterRun: optimiser.afterRun,
    },
  }
}

/** Mean over the rows of the summed cross-entropies of all columns. */
export function crossEntropy(
  parameters: ReturnType<Optimiser['parameters']>,
  network: Network,
  tokens: SymbolicTensor,
  { visible, kept }: { visible: SymbolicTensor; kept: SymbolicTensor | null },
): SymbolicTensor {
  const rows = tokens.shape[0] as number
  const byColumn = split(
    tokens,
    network.layers.map(() => 1),
    1,
  )
  const embedded = byColumn.map((column, at) => embed(parameters, at, reshape(column, [rows])))
  const weights = multiply(firstWeights(parameters), visible)
  const hidden = hiddenLayers(parameters, network, embedded, weights, kept)
  const losses = byColumn.map((column, at) => {
    const log = logSoftmax(logits(parameters, at, hidden[at] as SymbolicTensor))
    return sum(multiply(log, oneHot(column, (network.layers[at] as { tokens: number }).tokens)))
  })
  return multiply(
    losses.reduce((total, loss) => add(total, loss)),
    -1 / rows,
  )
}

function oneHot(codes: SymbolicTensor, count: number): SymbolicTensor {
  const levels = codes.graph.constant(
    `levels ${count}`,
    Int32Array.from({ length: count }, (_, code) => code),
    [1, count],
    'int32',
  )
  return cast(equal(codes, levels))
}

/** 1 where a weight leads from a column to one that comes later, [embedding, hidden]. */
export function visibility(positions: SymbolicTensor, { layers, embedding, hidden }: Network) {
  const columns = reshape(positions, [1, layers.length])
  const repeated = (width: (layer: (typeof layers)[number]) => number): number[] =>
    layers.flatMap((layer, at) => new Array<number>(width(layer)).fill(at))
  const from = reshape(
    gatherColumns(
      columns,
      repeated((layer) => layer.embedding),
    ),
    [embedding, 1],
  )
  const to = reshape(
    gatherColumns(
      columns,
      repeated((layer) => layer.hidden),
    ),
    [1, hidden],
  )
  return cast(greater(to, from))
}

/** Random bytes to 0 or the factor that keeps the mean. */
function keepMask(bytes: SymbolicTensor, dropout: number): SymbolicTensor {
  const dropped = Math.round(dropout * 256)
  return multiply(cast(greater(cast(bytes), dropped - 0.5)), 256 / (256 - dropped))
}
