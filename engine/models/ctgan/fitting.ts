// Brings the conditional GAN to be fitted: conditions, real rows and noise by step; its score is the distance of
// generated rows from held-out ones.

import { createKeystream } from '#engine/tensor/noise.ts'
import type { SessionOptions } from '#engine/tensor/session.ts'
import { createTrainer, type Trainer } from '#engine/tensor/trainer.ts'
import type { Fitting } from '../fit.ts'
import { createDistance } from '../modes/distance.ts'
import type { EncodedData } from '../modes/held-out.ts'
import { createSeededRandom } from '../seeded-random.ts'
import { type CodeCounts, createConditions } from './conditions.ts'
import type { CtganShape } from './network.ts'
import { createPasses, type GeneratorPasses, type GeneratorValues } from './scoring.ts'
import { averageName, type CtganTraining, createTraining, FEEDS, noiseSizes } from './training.ts'

export type CtganFitOptions = CtganTraining & {
  seed: number
  stepsPerRun: number
  session: SessionOptions
}

export type CtganFitting = Fitting & {
  passes: GeneratorPasses
  /** The running mean of the generator in saved state. */
  valuesOf: (state: readonly Float32Array[]) => GeneratorValues
  release(): Promise<void>
}

/** A small table makes epochs of several passes. */
const STEPS_LEAST = 20

/** The caller releases it. `counts`: rows by code of each conditioned column. */
export async function createCtganFitting(
  shape: CtganShape,
  data: EncodedData & { counts: CodeCounts },
  options: CtganFitOptions,
): Promise<CtganFitting> {
  const { train, holdout, counts } = data
  const { seed, batchRows, stepsPerRun, session } = options
  const random = createSeededRandom(seed, 'initial parameters')
  const training = createTraining(shape, train, options, () => random.unit())
  const places = new Map(training.state.map(({ name }, at) => [name, at]))
  const trainer = await createTrainer(training, { stepsPerRun, ...session })
  const passes = await createPasses(shape, counts, { seed, ...session })
  const distance = createDistance(holdout, data)
  return {
    trainer,
    stepsPerRun,
    stepsPerEpoch: Math.max(STEPS_LEAST, Math.floor(train.rows / batchRows)),
    fill: createFill(shape, createConditions(train, shape, options), options, trainer),
    score: async () => distance(await passes.draw((name) => trainer.state(averageName(name)), 0)),
    passes,
    valuesOf: (state) => (name) => state[places.get(averageName(name)) ?? -1] as Float32Array,
    async release() {
      await Promise.all([trainer.release(), passes.release()])
    },
  }
}

function createFill(
  shape: CtganShape,
  conditionsOf: ReturnType<typeof createConditions>,
  { seed, batchRows }: CtganFitOptions,
  trainer: Trainer,
): Fitting['fill'] {
  const { words, bytes } = noiseSizes(shape, batchRows)
  const feeds = {
    rows: trainer.feed<Int32Array>(FEEDS.rows),
    real: trainer.feed<Int32Array>(FEEDS.real),
    fake: trainer.feed<Int32Array>(FEEDS.fake),
  }
  const noise = trainer.feed<Uint32Array>(FEEDS.noise)
  const drop = trainer.feed<Uint8Array>(FEEDS.drop)
  const rates = trainer.feed<Float32Array>(FEEDS.rate)
  const [noiseBits, dropBits] = [createKeystream(seed, 1), createKeystream(seed, 2)]
  return (step, count, rate) => {
    for (let i = 0; i < count; i++) {
      const batch = conditionsOf(step + i)
      for (const name of ['rows', 'real', 'fake'] as const)
        feeds[name].set(batch[name], i * batchRows)
      noiseBits.fill(step + i, noise.subarray(i * words, (i + 1) * words))
      dropBits.fill(step + i, drop.subarray(i * bytes, (i + 1) * bytes))
      rates[i] = rate
    }
  }
}
