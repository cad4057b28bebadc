// Brings the autoregressive network to be fitted: rows in random order, a random order of columns for every step,
// and the score on held-out rows in the order in which columns are drawn later.

import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import type { Graph, SymbolicTensor } from '#engine/tensor/graph.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import type { Parameters } from '#engine/tensor/parameters.ts'
import type { SessionOptions } from '#engine/tensor/session.ts'
import { createTrainer, type Trainer } from '#engine/tensor/trainer.ts'
import { savedState } from '#engine/tensor/training-step.ts'
import type { Fitting } from '../fit.ts'
import { createHeldOutLoss } from '../held-out-loss.ts'
import { createRowOrder, stepsPerEpoch } from '../row-order.ts'
import { type Network, networkParameters } from './network.ts'
import {
  type ArgnStepOptions,
  createTraining,
  crossEntropy,
  FEEDS,
  visibility,
} from './training.ts'

export type TokenTable = { tokens: Int32Array; rows: number }

/** What a network learns from; `places` of the tokens by column, as `tokenPlaces` has them. */
export type ArgnData = { train: TokenTable; holdout: TokenTable; places: readonly Float64Array[] }

export type ArgnFitOptions = ArgnStepOptions & {
  seed: number
  stepsPerRun: number
  session: SessionOptions
}

/** Steps that see columns in the order in which they are drawn later; the others in any. */
const SHARE_IN_ORDER = 0.5

export type ArgnFitting = Fitting & {
  /** By name, out of saved state. */
  parametersOf(state: readonly Float32Array[]): Map<string, Float32Array>
  release(): Promise<void>
}

/** The caller releases both: `await fitting.release()`. */
export async function createArgnFitting(
  network: Network,
  { train, holdout, places }: ArgnData,
  options: ArgnFitOptions,
): Promise<ArgnFitting> {
  const { seed, batchRows, stepsPerRun } = options
  const random = createSeededRandom(seed, 'initial parameters')
  const data = { ...train, beginnings: { places, frequencies: frequenciesOf(network, train) } }
  const { step, optimiser } = createTraining(network, data, options, () => random.unit())
  const trainer = await createTrainer(step, { stepsPerRun, ...options.session })
  const parametersNow = () => optimiser.valuesOf((name) => trainer.state(name))
  const heldOut = await createHeldOutLoss(
    networkParameters(network),
    heldOutEntropy(network, holdout),
    parametersNow,
    options.session,
  )
  return {
    trainer,
    stepsPerRun,
    stepsPerEpoch: stepsPerEpoch(train.rows, batchRows),
    fill: createFill(network, train.rows, options, trainer),
    score: () => heldOut.score(),
    parametersOf: (state) => optimiser.valuesOf(savedState(step, state)),
    async release() {
      await Promise.all([trainer.release(), heldOut.release()])
    },
  }
}

/** How often each token of each column is in the table. */
function frequenciesOf({ layers }: Network, { tokens, rows }: TokenTable): Float64Array[] {
  return layers.map((layer, column) => {
    const counts = new Float64Array(layer.tokens)
    for (let row = 0; row < rows; row++) {
      const token = tokens[row * layers.length + column] as number
      counts[token] = (counts[token] as number) + 1
    }
    return counts
  })
}

function createFill(
  { layers, hidden }: Network,
  rows: number,
  { seed, batchRows }: ArgnFitOptions,
  trainer: Trainer,
): Fitting['fill'] {
  const rowFeed = trainer.feed<Int32Array>(FEEDS.rows)
  const positions = trainer.feed<Float32Array>(FEEDS.positions)
  const drop = trainer.feed<Uint8Array>(FEEDS.drop)
  const rates = trainer.feed<Float32Array>(FEEDS.rate)
  const dropBits = createKeystream(seed, 1)
  const rowsOfStep = createRowOrder(rows, batchRows, seed)
  return (step, count, rate) => {
    for (let i = 0; i < count; i++) {
      rowFeed.set(rowsOfStep(step + i), i * batchRows)
      positions.set(positionsOf(layers.length, seed, step + i), i * layers.length)
      dropBits.fill(step + i, drop.subarray(i * batchRows * hidden, (i + 1) * batchRows * hidden))
      rates[i] = rate
    }
  }
}

function positionsOf(columns: number, seed: number, step: number): Float32Array {
  const random = createSeededRandom(seed, `columns of step ${step}`)
  if (random.unit() < SHARE_IN_ORDER) return Float32Array.from({ length: columns }, (_, i) => i)
  return Float32Array.from(shuffled(columns, random))
}

/** Mean cross-entropy of held-out rows, in the order in which columns are drawn later. */
function heldOutEntropy(network: Network, { tokens, rows }: TokenTable) {
  return (graph: Graph, parameters: Parameters): SymbolicTensor => {
    const columns = network.layers.length
    const order = Float32Array.from({ length: columns }, (_, i) => i)
    const visible = visibility(graph.constant('positions', order, [columns]), network)
    const table = graph.constant('tokens', tokens, [rows, columns], 'int32')
    return crossEntropy(parameters, network, table, { visible, kept: null })
  }
}
