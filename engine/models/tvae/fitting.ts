// Brings the variational autoencoder to be fitted: batches of rows in random order, noise by step, and the loss on
// held-out rows as its score.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { createAdam, type Optimiser } from '#engine/tensor/adam.ts'
import { add, multiply } from '#engine/tensor/elementwise.ts'
import type { Graph, SymbolicTensor } from '#engine/tensor/graph.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import type { Parameters } from '#engine/tensor/parameters.ts'
import type { SessionOptions } from '#engine/tensor/session.ts'
import { gatherRows } from '#engine/tensor/shaping.ts'
import { createTrainer, type Trainer } from '#engine/tensor/trainer.ts'
import { type StepContext, savedState, type TrainingStep } from '#engine/tensor/training-step.ts'
import { type Fitting, SHOWN_ROWS } from '../fit.ts'
import { createHeldOutLoss } from '../held-out-loss.ts'
import { fillNormal } from '../modes/draws.ts'
import { type EncodedTable, firstRows } from '../modes/encode.ts'
import type { EncodedData } from '../modes/encoded-data.ts'
import { encodedBatch, encodedTensors, oneHot } from '../modes/symbolic.ts'
import { createRowOrder, stepsPerEpoch } from '../row-order.ts'
import { firstOfPass, type TvaeShape, tvaeLosses, tvaeParameters, tvaePass } from './network.ts'

export type TvaeTraining = {
  batchRows: number
  learningRate: number
  /** Added to gradients as this share of the parameters. */
  weightDecay: number
  /** What the reconstruction counts against the divergence. */
  lossFactor: number
}

export type TvaeFitOptions = TvaeTraining & {
  seed: number
  stepsPerRun: number
  session: SessionOptions
}

const FEEDS = { rows: 'rows', noise: 'noise', rate: 'rate' } as const
/** Held-out rows that score an epoch. They and their noise stay the same: more would hardly rank epochs better. */
const SCORED_MOST = 1000

/** One half of a batch has the noise of the other, reversed: half of what random numbers cost, and gradients vary less. */
const noiseRows = (batchRows: number): number => (batchRows % 2 === 0 ? batchRows / 2 : batchRows)

export type TvaeFitting = Fitting & {
  /** By name, out of saved state. */
  parametersOf(state: readonly Float32Array[]): Map<string, Float32Array>
  release(): Promise<void>
}

/** The caller releases it: `await fitting.release()`. */
export async function createTvaeFitting(
  shape: TvaeShape,
  { train, holdout }: Pick<EncodedData, 'train' | 'holdout'>,
  options: TvaeFitOptions,
): Promise<TvaeFitting> {
  const { seed, batchRows, stepsPerRun, session } = options
  const random = createSeededRandom(seed, 'initial parameters')
  const { training, adam } = trainingStep(shape, train, options, () => random.unit())
  const trainer = await createTrainer(training, { stepsPerRun, ...session })
  const heldOut = await createHeldOutLoss(
    tvaeParameters(shape),
    heldOutLosses(shape, firstRows(holdout, Math.min(holdout.rows, SCORED_MOST)), options),
    () => adam.valuesOf((name) => trainer.state(name)),
    session,
  )
  return {
    trainer,
    stepsPerRun,
    stepsPerEpoch: stepsPerEpoch(train.rows, batchRows),
    fill: createFill(shape, train.rows, options, trainer),
    score: () => heldOut.score(),
    parametersOf: (state) => adam.valuesOf(savedState(training, state)),
    async release() {
      await Promise.all([trainer.release(), heldOut.release()])
    },
  }
}

function trainingStep(
  shape: TvaeShape,
  train: EncodedTable,
  { batchRows, learningRate, weightDecay, lossFactor }: TvaeTraining,
  uniform: () => number,
): { training: TrainingStep; adam: Optimiser } {
  const { layout, embedding } = shape
  // Steps go as far for any multiple of the loss: this one spares the codes' slopes a factor.
  const factor = batchRows / lossFactor
  const shownRows = Math.min(batchRows, SHOWN_ROWS)
  const adam = createAdam('net', tvaeParameters(shape), {
    ...{ learningRate, beta1: 0.9, beta2: 0.999, weightDecay: weightDecay * factor },
  })
  const training: TrainingStep = {
    state: adam.state(uniform),
    feeds: [
      { name: FEEDS.rows, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.noise, shape: [noiseRows(batchRows), embedding], dtype: 'float32' },
      { name: FEEDS.rate, shape: [], dtype: 'float32' },
    ],
    tables: encodedTensors(train, layout),
    step(context: StepContext) {
      const rows = context.feed(FEEDS.rows)
      const batch = {
        places: layout.places.length === 0 ? null : gatherRows(context.table('places'), rows),
        codes: oneHot(gatherRows(context.table('codes'), rows), layout),
      }
      const parameters = adam.parameters(context)
      const pass = tvaePass(parameters, shape, batch, context.feed(FEEDS.noise))
      const losses = tvaeLosses(parameters, shape, pass)
      const loss = add(losses.reconstruction, multiply(losses.divergence, 1 / lossFactor))
      const { state } = adam.step(context, loss, context.feed(FEEDS.rate))
      const shown = tvaeLosses(parameters, shape, firstOfPass(pass, shownRows))
      const [reconstruction, divergence] = [shown.reconstruction, shown.divergence].map((sum) =>
        multiply(sum, 1 / shownRows),
      ) as [SymbolicTensor, SymbolicTensor]
      return { state, metrics: { reconstruction, divergence } }
    },
    afterRun: adam.afterRun,
  }
  return { training, adam }
}

function createFill(
  { embedding }: TvaeShape,
  rows: number,
  { seed, batchRows }: TvaeFitOptions,
  trainer: Trainer,
): Fitting['fill'] {
  const rowFeed = trainer.feed<Int32Array>(FEEDS.rows)
  const noise = trainer.feed<Float32Array>(FEEDS.noise)
  const rates = trainer.feed<Float32Array>(FEEDS.rate)
  const bits = createKeystream(seed, 1)
  const rowsOfStep = createRowOrder(rows, batchRows, seed)
  const size = noiseRows(batchRows) * embedding
  const halves = new Uint16Array(size)
  return (step, count, rate) => {
    for (let i = 0; i < count; i++) {
      rowFeed.set(rowsOfStep(step + i), i * batchRows)
      bits.fill(step + i, new Uint8Array(halves.buffer))
      const into = noise.subarray(i * size, (i + 1) * size)
      fillNormal(halves, into)
      rates[i] = rate
    }
  }
}

/** The mean loss of held-out rows, with the same noise each time. */
function heldOutLosses(
  shape: TvaeShape,
  holdout: EncodedTable,
  { seed, lossFactor }: Pick<TvaeFitOptions, 'seed' | 'lossFactor'>,
) {
  const { layout, embedding } = shape
  const { rows } = holdout
  const halves = new Uint16Array(rows * embedding)
  createKeystream(seed, 2).fill(0, new Uint8Array(halves.buffer))
  const values = new Float32Array(halves.length)
  fillNormal(halves, values)
  return (graph: Graph, parameters: Parameters): SymbolicTensor => {
    const noise = graph.constant('noise', values, [rows, embedding])
    const batch = encodedBatch(graph, holdout, layout)
    const losses = tvaeLosses(parameters, shape, tvaePass(parameters, shape, batch, noise))
    const sums = add(multiply(losses.reconstruction, lossFactor), losses.divergence)
    return multiply(sums, 1 / rows)
  }
}
