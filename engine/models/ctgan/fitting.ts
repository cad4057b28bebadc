// Brings the conditional GAN to be fitted: conditions, real rows and noise by step; its score is the distance of
// generated rows from held-out ones.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { createKeystream, type Keystream } from '#engine/tensor/noise.ts'
import type { SessionOptions } from '#engine/tensor/session.ts'
import { createTrainer, type Trainer } from '#engine/tensor/trainer.ts'
import { savedState } from '#engine/tensor/training-step.ts'
import type { Fitting } from '../fit.ts'
import { createDistance } from '../modes/distance.ts'
import { fillBits, fillGumbel, fillNormal } from '../modes/draws.ts'
import type { EncodedData } from '../modes/encoded-data.ts'
import { stepsPerEpoch } from '../row-order.ts'
import { type CodeCounts, createConditions } from './conditions.ts'
import { createPasses, type GeneratorPasses, type GeneratorValues } from './scoring.ts'
import type { CtganShape } from './shape.ts'
import {
  averageName,
  type CtganTraining,
  createTraining,
  dropFeed,
  FEEDS,
  noiseSizes,
} from './training.ts'

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

/** The caller releases it. `counts`: rows by code of each conditioned column. */
export async function createCtganFitting(
  shape: CtganShape,
  data: EncodedData & { counts: CodeCounts },
  options: CtganFitOptions,
): Promise<CtganFitting> {
  const { train, holdout, counts } = data
  const { seed, batchRows, stepsPerRun, session } = options
  const random = createSeededRandom(seed, 'initial parameters')
  const { training, generator } = createTraining(shape, train, options, () => random.unit())
  const trainer = await createTrainer(training, { stepsPerRun, ...session })
  const passes = await createPasses(shape, counts, { seed, ...session })
  const distance = createDistance(holdout, data)
  const valuesIn = (held: (state: string) => Float32Array): GeneratorValues => {
    const values = generator.valuesOf((name) => held(averageName(name)))
    return (name) => values.get(name) as Float32Array
  }
  const present = () => valuesIn((name) => trainer.state(name))
  return {
    trainer,
    stepsPerRun,
    stepsPerEpoch: stepsPerEpoch(train.rows, batchRows),
    fill: createFill(shape, createConditions(train, shape, options), options, trainer),
    score: async () => distance(await passes.draw(present(), 0)),
    passes,
    valuesOf: (state) => valuesIn(savedState(training, state)),
    async release() {
      await Promise.all([trainer.release(), passes.release()])
    },
  }
}

function createFill(
  shape: CtganShape,
  conditionsOf: ReturnType<typeof createConditions>,
  { seed, batchRows, stepsPerRun }: CtganFitOptions,
  trainer: Trainer,
): Fitting['fill'] {
  const sizes = noiseSizes(shape, batchRows)
  const feeds = {
    rows: trainer.feed<Int32Array>(FEEDS.rows),
    real: trainer.feed<Int32Array>(FEEDS.real),
    fake: trainer.feed<Int32Array>(FEEDS.fake),
  }
  const latent = trainer.feed<Float32Array>(FEEDS.latent)
  const choices = trainer.feed<Float32Array>(FEEDS.choices)
  const mix = trainer.feed<Uint32Array>(FEEDS.mix)
  const drops = shape.critic.map((_, layer) => trainer.feed<Uint8Array>(dropFeed(layer)))
  const rates = trainer.feed<Float32Array>(FEEDS.rate)
  const bits = Array.from({ length: 4 }, (_, stream) => createKeystream(seed, stream + 8))
  const halves = {
    latent: new Uint16Array(sizes.latent),
    choices: new Uint16Array(sizes.choices),
  }
  const dropBits = sizes.drop.map((size) => new Uint32Array(size / 32))
  const part = <T extends Float32Array | Uint32Array | Uint8Array>(memory: T, i: number): T => {
    const size = memory.length / stepsPerRun
    return memory.subarray(i * size, (i + 1) * size) as T
  }
  return (step, count, rate) => {
    for (let i = 0; i < count; i++) {
      const batch = conditionsOf(step + i)
      for (const name of ['rows', 'real', 'fake'] as const)
        feeds[name].set(batch[name], i * batchRows)
      const [a, b, c, d] = bits as [Keystream, Keystream, Keystream, Keystream]
      a.fill(step + i, new Uint8Array(halves.latent.buffer))
      fillNormal(halves.latent, part(latent, i))
      b.fill(step + i, new Uint8Array(halves.choices.buffer))
      fillGumbel(halves.choices, part(choices, i))
      c.fill(step + i, part(mix, i))
      for (const [layer, drop] of drops.entries()) {
        const kept = dropBits[layer] as Uint32Array
        d.fill(step + i, kept, layer * 2 ** 32)
        fillBits(kept, part(drop, i))
      }
      rates[i] = rate
    }
  }
}
