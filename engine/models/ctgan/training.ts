// A training step of the conditional GAN: the critic against rows of the generator, then the generator against the
// critic as it is after that (Gulrajani et al. 2017 with as many steps of both), and a running mean of the generator.

import { createAdam, type Optimiser } from '#engine/tensor/adam.ts'
import {
  add,
  cast,
  divide,
  minimum,
  multiply,
  power,
  subtract,
} from '#engine/tensor/elementwise.ts'
import type { SymbolicTensor } from '#engine/tensor/graph.ts'
import { mean } from '#engine/tensor/linear.ts'
import { uniform } from '#engine/tensor/noise.ts'
import { detach, firstRows, gatherRows, reshape, split } from '#engine/tensor/shaping.ts'
import {
  type Feed,
  type RunContext,
  type StateTensor,
  type StepContext,
  type TrainingStep,
  withoutTiny,
} from '#engine/tensor/training-step.ts'
import { SHOWN_ROWS } from '../fit.ts'
import type { EncodedTable } from '../modes/encode.ts'
import { encodedTensors, joined, oneHot } from '../modes/symbolic.ts'
import {
  type ConditionedRows,
  criticLosses,
  criticParameters,
  firstSums,
  scoresOf,
} from './critic.ts'
import { generate, generatorParameters, missedConditions, softRows } from './generator.ts'
import type { CtganShape } from './shape.ts'

export type CtganTraining = {
  /** A multiple of `pac`. */
  batchRows: number
  learningRate: { generator: number; critic: number }
  weightDecay: number
  /** Of the running mean of the generator, by which rows are drawn: 0 keeps the last one. */
  averaging: number
}

/** Feeds of a step: `latent` of the normal law, `choices` of Gumbel's, `mix` 32 random bits. */
export const FEEDS = {
  ...{ rows: 'rows', real: 'real', fake: 'fake', rate: 'rate' },
  ...{ latent: 'latent', choices: 'choices', mix: 'mix' },
} as const

/** Of a layer of the critic, 0 or 1 by unit. */
export const dropFeed = (layer: number): string => `drop ${layer}`

/** Numbers of each law, and bytes by layer of the critic, that a step needs at random. */
export function noiseSizes({ layout, embedding, critic, pac }: CtganShape, batchRows: number) {
  const packs = batchRows / pac
  return {
    latent: batchRows * embedding,
    choices: batchRows * layout.codes,
    mix: packs,
    drop: critic.map((units) => 32 * Math.ceil((packs * units) / 32)),
  }
}

/** As Gulrajani et al. train critics: a moment of slopes is one of critics that are no more. */
const BETAS = { beta1: 0, beta2: 0.9 }

/** The running mean of a tensor of the generator's state. */
export const averageName = (state: string): string => `average.${state}`

export function createTraining(
  shape: CtganShape,
  train: EncodedTable,
  options: CtganTraining,
  uniformNumber: () => number,
): { training: TrainingStep; generator: Optimiser } {
  const { batchRows, learningRate, weightDecay } = options
  const adam = (group: string, parameters: ReturnType<typeof criticParameters>, rate: number) =>
    createAdam(group, parameters, { ...BETAS, learningRate: rate, weightDecay })
  const critic = adam('critic', criticParameters(shape), learningRate.critic)
  const generator = adam('generator', generatorParameters(shape), learningRate.generator)
  const sizes = noiseSizes(shape, batchRows)
  const state = [...generator.state(uniformNumber), ...critic.state(uniformNumber)]
  const training: TrainingStep = {
    state: [...state, ...averages(state, generator)],
    feeds: [
      { name: FEEDS.rows, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.real, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.fake, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.latent, shape: [batchRows, shape.embedding], dtype: 'float32' },
      { name: FEEDS.choices, shape: [batchRows, shape.layout.codes], dtype: 'float32' },
      { name: FEEDS.mix, shape: [sizes.mix, 1], dtype: 'uint32' },
      ...sizes.drop.map((size, layer): Feed => {
        return { name: dropFeed(layer), shape: [size], dtype: 'uint8' }
      }),
      { name: FEEDS.rate, shape: [], dtype: 'float32' },
    ],
    tables: encodedTensors(train, shape.layout),
    step: (context) => step(context, shape, { critic, generator }, options),
    afterRun: (context) => ({
      ...critic.afterRun(context),
      ...generator.afterRun(context),
      ...averaged(context, generator, options.averaging),
    }),
  }
  return { training, generator }
}

function averages(state: readonly StateTensor[], { values }: Optimiser): StateTensor[] {
  return state
    .filter(({ name }) => values.includes(name))
    .map((tensor) => ({ ...tensor, name: averageName(tensor.name) }))
}

function step(
  context: StepContext,
  shape: CtganShape,
  { critic, generator }: { critic: Optimiser; generator: Optimiser },
  { batchRows }: CtganTraining,
) {
  const rate = context.feed(FEEDS.rate)
  const kept = keptUnits(context, shape, batchRows)
  const condition = shape.conditions === 0 ? null : context.feed(FEEDS.fake)
  const generated = generate(generator.parameters(context), shape, {
    noise: context.feed(FEEDS.latent),
    condition,
  })
  const rows = softRows(generated, context.feed(FEEDS.choices), shape)
  const losses = criticLosses(critic.parameters(context), shape, {
    fake: { rows: detach(rows), conditions: condition },
    ...{ real: realRows(context, shape), mix: uniform(context.feed(FEEDS.mix)), kept },
  })
  const moved = critic.step(context, add(losses.distance, losses.penalty), rate)
  const sums = firstSums(moved.parameters, shape, { rows, conditions: condition })
  const wanted = multiply(mean(scoresOf(moved.parameters, shape, sums, kept)), -1)
  const missed = condition === null ? null : missedConditions(generated.codes, condition, shape)
  const made = generator.step(context, missed === null ? wanted : add(wanted, missed), rate)
  const shown = (x: SymbolicTensor) => firstRows(x, Math.min(batchRows, SHOWN_ROWS))
  return {
    state: { ...moved.state, ...made.state },
    metrics: {
      ...{ critic: losses.distance, penalty: losses.penalty, generator: wanted },
      ...(condition === null
        ? {}
        : { condition: missedConditions(shown(generated.codes), shown(condition), shape) }),
    },
  }
}

/** Each run of steps counts by its last one. The mean goes slowly only once there is something to average. */
function averaged(
  { state, steps }: RunContext,
  { values }: Optimiser,
  averaging: number,
): Record<string, SymbolicTensor> {
  const done = state('generator.steps')
  const kept = power(minimum(divide(done, add(done, 10)), averaging), steps)
  return Object.fromEntries(
    values.map((name) => {
      const value = state(name)
      const before = state(averageName(name))
      const average = add(value, multiply(subtract(before, value), kept))
      return [averageName(name), withoutTiny(average)]
    }),
  )
}

/** Which units of the critic stay, half of them: the same in all of its passes. */
function keptUnits(
  context: StepContext,
  { critic, pac }: CtganShape,
  batchRows: number,
): SymbolicTensor[] {
  const packs = batchRows / pac
  return critic.map((units, layer) => {
    const bytes = context.feed(dropFeed(layer))
    const [size, all] = [packs * units, bytes.shape[0] as number]
    const [used] = split(bytes, size < all ? [size, all - size] : [all], 0)
    return cast(reshape(used as SymbolicTensor, [packs, units]))
  })
}

function realRows(context: StepContext, { layout, conditions }: CtganShape): ConditionedRows {
  const rows = context.feed(FEEDS.rows)
  const codes = oneHot(gatherRows(context.table('codes'), rows), layout)
  const places = layout.places.length > 0 ? gatherRows(context.table('places'), rows) : null
  return {
    rows: joined(places, codes),
    conditions: conditions === 0 ? null : context.feed(FEEDS.real),
  }
}
