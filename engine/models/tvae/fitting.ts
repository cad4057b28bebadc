// Brings the variational autoencoder to be fitted: batches of rows in random order, noise by step, and the loss on
// held-out rows as its score.

import { createAdam, type Optimiser } from '#engine/tensor/adam.ts'
import { add, multiply } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import { Tensor } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import { gatherRows } from '#engine/tensor/shaping.ts'
import { createTrainer, type Trainer } from '#engine/tensor/trainer.ts'
import { type StepContext, savedState, type TrainingStep } from '#engine/tensor/training-step.ts'
import type { Fitting } from '../fit.ts'
import { fillNormal } from '../modes/draws.ts'
import { type EncodedTable, firstRows } from '../modes/encode.ts'
import type { EncodedData } from '../modes/held-out.ts'
import { encodedBatch, encodedTensors, oneHot } from '../modes/symbolic.ts'
import { createRowOrder } from '../row-order.ts'
import { createSeededRandom } from '../seeded-random.ts'
import { type TvaeShape, tvaeLosses, tvaeParameters } from './network.ts'

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
/** A small table makes epochs of several passes. */
const STEPS_LEAST = 20
/** Held-out rows that score an epoch: they and their noise stay the same, so that more would hardly tell epochs apart better. */
const SCORED_MOST = 1000

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
  const scorer = await createScorer(
    shape,
    firstRows(holdout, Math.min(holdout.rows, SCORED_MOST)),
    () => adam.valuesOf((name) => trainer.state(name)),
    options,
  )
  return {
    trainer,
    stepsPerRun,
    stepsPerEpoch: Math.max(STEPS_LEAST, Math.floor(train.rows / batchRows)),
    fill: createFill(shape, train.rows, options, trainer),
    score: () => scorer.score(),
    parametersOf: (state) => adam.valuesOf(savedState(training, state)),
    async release() {
      await Promise.all([trainer.release(), scorer.release()])
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
  const adam = createAdam('net', tvaeParameters(shape), {
    ...{ learningRate, beta1: 0.9, beta2: 0.999, weightDecay: weightDecay * factor },
  })
  const training: TrainingStep = {
    state: adam.state(uniform),
    feeds: [
      { name: FEEDS.rows, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.noise, shape: [batchRows, embedding], dtype: 'float32' },
      { name: FEEDS.rate, shape: [], dtype: 'float32' },
    ],
    tables: encodedTensors(train, layout),
    step(context: StepContext) {
      const rows = context.feed(FEEDS.rows)
      const batch = {
        places: layout.places.length === 0 ? null : gatherRows(context.table('places'), rows),
        codes: oneHot(gatherRows(context.table('codes'), rows), layout),
      }
      const noise = context.feed(FEEDS.noise)
      const losses = tvaeLosses(adam.parameters(context), shape, batch, noise)
      const loss = add(losses.reconstruction, multiply(losses.divergence, 1 / lossFactor))
      const { state } = adam.step(context, loss, context.feed(FEEDS.rate))
      const [reconstruction, divergence] = [losses.reconstruction, losses.divergence].map((sum) =>
        multiply(sum, 1 / batchRows),
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
  const size = batchRows * embedding
  const halves = new Uint16Array(size)
  return (step, count, rate) => {
    for (let i = 0; i < count; i++) {
      rowFeed.set(rowsOfStep(step + i), i * batchRows)
      bits.fill(step + i, new Uint8Array(halves.buffer))
      const into = noise.subarray(i * size, (i + 1) * size)
      fillNormal(halves, { words: embedding, from: 0 }, { into, width: embedding })
      rates[i] = rate
    }
  }
}

/** The loss of held-out rows, with the same noise each time. */
async function createScorer(
  shape: TvaeShape,
  { rows, codes, places }: EncodedTable,
  parametersNow: () => ReadonlyMap<string, Float32Array>,
  { seed, session, lossFactor }: TvaeFitOptions,
) {
  const { layout, embedding } = shape
  const graph = new Graph()
  const shapes = tvaeParameters(shape)
  const parameters = Object.fromEntries(
    shapes.map(({ name, shape: lengths }) => [name, graph.input(name, lengths)]),
  )
  const halves = new Uint16Array(rows * embedding)
  createKeystream(seed, 2).fill(0, new Uint8Array(halves.buffer))
  const values = new Float32Array(halves.length)
  fillNormal(halves, { words: embedding, from: 0 }, { into: values, width: embedding })
  const noise = graph.constant('noise', values, [rows, embedding])
  const batch = encodedBatch(graph, { rows, codes, places }, layout)
  const losses = tvaeLosses(parameters, shape, batch, noise)
  const sums = add(multiply(losses.reconstruction, lossFactor), losses.divergence)
  const loss = multiply(sums, 1 / rows)
  const running = await openSession(modelOf(graph, { loss }), session)
  return {
    async score() {
      const values = parametersNow()
      const feeds = shapes.map(({ name, shape: lengths }): [string, Tensor] => [
        name,
        new Tensor('float32', values.get(name) as Float32Array, lengths),
      ])
      const { loss: found } = await running.run(Object.fromEntries(feeds))
      return Number(found?.data[0])
    },
    release: () => running.release(),
  }
}
