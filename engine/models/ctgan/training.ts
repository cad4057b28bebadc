// A training step of the conditional GAN: the critic against rows of the generator, then the generator against the
// critic as it is after that (Gulrajani et al. 2017 with as many steps of both), and a running mean of the generator.

import { createAdam, type Optimiser, type Parameters } from '#engine/tensor/adam.ts'
import {
  add,
  cast,
  divide,
  equal,
  minimum,
  multiply,
  square,
  squareRoot,
  subtract,
} from '#engine/tensor/elementwise.ts'
import { gradients } from '#engine/tensor/gradients.ts'
import { allocate, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { mean, sum } from '#engine/tensor/linear.ts'
import { uniform } from '#engine/tensor/noise.ts'
import { concatenate, detach, gatherRows, reshape, split } from '#engine/tensor/shaping.ts'
import type { StateTensor, StepContext, TrainingStep } from '#engine/tensor/training-step.ts'
import type { EncodedTable } from '../modes/encode.ts'
import { encodedTensors, joined, oneHot } from '../modes/symbolic.ts'
import {
  type CtganShape,
  criticise,
  criticParameters,
  generate,
  generatorParameters,
  missedConditions,
  softRows,
} from './network.ts'

export type CtganTraining = {
  /** A multiple of `pac`. */
  batchRows: number
  learningRate: { generator: number; critic: number }
  weightDecay: number
  /** Of the running mean of the generator, by which rows are drawn: 0 keeps the last one. */
  averaging: number
}

/** Feeds of a step: `latent` of the normal law, `choices` of Gumbel's, `mix` 32 random bits, `drop` 0 or 1. */
export const FEEDS = {
  ...{ rows: 'rows', real: 'real', fake: 'fake', rate: 'rate' },
  ...{ latent: 'latent', choices: 'choices', mix: 'mix', drop: 'drop' },
} as const

/** Numbers of each law, and bytes, that a step needs at random. */
export function noiseSizes({ layout, embedding, critic, pac }: CtganShape, batchRows: number) {
  const packs = batchRows / pac
  const units = critic.reduce((total, width) => total + width, 0)
  return {
    latent: batchRows * embedding,
    choices: batchRows * layout.codes,
    mix: packs,
    drop: 4 * packs * units,
  }
}

const PENALTY = 10
const BETAS = { beta1: 0.5, beta2: 0.9 }

/** The generator's running mean among the state. */
export const averageName = (parameter: string): string => `average.${parameter}`

export function createTraining(
  shape: CtganShape,
  train: EncodedTable,
  options: CtganTraining,
  uniformNumber: () => number,
): TrainingStep {
  const { batchRows, learningRate, weightDecay } = options
  const adam = (group: string, parameters: ReturnType<typeof criticParameters>, rate: number) =>
    createAdam(group, parameters, { ...BETAS, learningRate: rate, weightDecay })
  const critic = adam('critic', criticParameters(shape), learningRate.critic)
  const generator = adam('generator', generatorParameters(shape), learningRate.generator)
  const sizes = noiseSizes(shape, batchRows)
  const state = [...generator.state(uniformNumber), ...critic.state(uniformNumber)]
  return {
    state: [...state, ...averages(state)],
    feeds: [
      { name: FEEDS.rows, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.real, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.fake, shape: [batchRows], dtype: 'int32' },
      { name: FEEDS.latent, shape: [batchRows, shape.embedding], dtype: 'float32' },
      { name: FEEDS.choices, shape: [batchRows, shape.layout.codes], dtype: 'float32' },
      { name: FEEDS.mix, shape: [sizes.mix, 1], dtype: 'uint32' },
      { name: FEEDS.drop, shape: [sizes.drop], dtype: 'uint8' },
      { name: FEEDS.rate, shape: [], dtype: 'float32' },
    ],
    tables: encodedTensors(train, shape.layout),
    step: (context) => step(context, shape, { critic, generator }, options),
  }
}

function averages(state: readonly StateTensor[]): StateTensor[] {
  return state
    .filter(({ name }) => name.startsWith('generator.p.'))
    .map((tensor) => ({ ...tensor, name: averageName(tensor.name.slice('generator.p.'.length)) }))
}

function step(
  context: StepContext,
  shape: CtganShape,
  { critic, generator }: { critic: Optimiser; generator: Optimiser },
  { batchRows, averaging }: CtganTraining,
) {
  const rate = context.feed(FEEDS.rate)
  const kept = keptUnits(context.feed(FEEDS.drop), shape, batchRows)
  const condition = conditionOf(context.feed(FEEDS.fake), shape)
  const generated = generate(generator.parameters(context), shape, {
    noise: context.feed(FEEDS.latent),
    condition,
  })
  const fake = packed(softRows(generated, context.feed(FEEDS.choices), shape), condition, shape)
  const real = realRows(context, shape)
  const losses = criticLosses(critic.parameters(context), shape, {
    ...{ fake: detach(fake), real, mix: uniform(context.feed(FEEDS.mix)), kept },
  })
  const moved = critic.step(context, add(losses.distance, losses.penalty), rate)
  const scores = criticise(moved.parameters, shape, fake, kept.generated)
  const missed = condition === null ? null : missedConditions(generated.codes, condition, shape)
  const wanted = multiply(mean(scores), -1)
  const made = generator.step(context, missed === null ? wanted : add(wanted, missed), rate)
  return {
    state: { ...moved.state, ...made.state, ...averaged(context, made, averaging) },
    metrics: {
      ...{ critic: losses.distance, penalty: losses.penalty, generator: wanted },
      ...(missed === null ? {} : { condition: missed }),
    },
  }
}

/** The mean goes slowly only once there is something to average. */
function averaged(
  context: StepContext,
  { parameters, state }: { parameters: Parameters; state: Record<string, SymbolicTensor> },
  averaging: number,
): Record<string, SymbolicTensor> {
  const steps = state['generator.steps'] as SymbolicTensor
  const kept = minimum(divide(steps, add(steps, 10)), averaging)
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const before = context.state(averageName(name))
      return [averageName(name), add(value, multiply(subtract(before, value), kept))]
    }),
  )
}

/** Which units of the critic stay in each of its passes: half of them. */
function keptUnits(bytes: SymbolicTensor, { critic, pac }: CtganShape, batchRows: number) {
  const packs = batchRows / pac
  const sizes = [2, 1, 1].flatMap((times) => critic.map((units) => times * packs * units))
  const layers = split(bytes, sizes, 0).map((part, at) => {
    const units = critic[at % critic.length] as number
    return cast(reshape(part, [(part.shape[0] as number) / units, units]))
  })
  const { length } = critic
  return {
    rows: layers.slice(0, length),
    mixed: layers.slice(length, 2 * length),
    generated: layers.slice(2 * length),
  }
}

/** Positions to 0 and 1; null where there are no conditions. */
export function conditionOf(
  positions: SymbolicTensor,
  { conditions }: CtganShape,
): SymbolicTensor | null {
  if (conditions === 0) return null
  const { graph, shape } = positions
  const all = Array.from({ length: conditions }, (_, at) => at)
  const levels = graph.constant('conditions', allocate('int32', all), [1, conditions], 'int32')
  return cast(equal(reshape(positions, [shape[0] as number, 1]), levels))
}

function realRows(context: StepContext, shape: CtganShape): SymbolicTensor {
  const rows = context.feed(FEEDS.rows)
  const codes = oneHot(gatherRows(context.table('codes'), rows), shape.layout)
  const hasPlaces = shape.layout.places.length > 0
  const places = hasPlaces ? gatherRows(context.table('places'), rows) : null
  return packed(joined(places, codes), conditionOf(context.feed(FEEDS.real), shape), shape)
}

function packed(
  rows: SymbolicTensor,
  condition: SymbolicTensor | null,
  { pac }: CtganShape,
): SymbolicTensor {
  const whole = condition === null ? rows : concatenate([rows, condition], 1)
  const [count, width] = whole.shape as [number, number]
  return reshape(whole, [count / pac, pac * width])
}

export type CriticBatch = {
  /** Packed. */
  fake: SymbolicTensor
  real: SymbolicTensor
  /** Where between them the slope is taken, [packs, 1]. */
  mix: SymbolicTensor
  kept: Record<'rows' | 'mixed', readonly SymbolicTensor[]>
}

/**
 * `distance`: the mean score of generated packs less that of real ones. `penalty`: ten times the mean square of how far
 * the length of the score's slope, between them, is from 1; its gradient is of second order.
 */
export function criticLosses(
  parameters: Parameters,
  shape: CtganShape,
  { fake, real, mix, kept }: CriticBatch,
): Record<'distance' | 'penalty', SymbolicTensor> {
  const packs = fake.shape[0] as number
  const scores = criticise(parameters, shape, concatenate([fake, real], 0), kept.rows)
  const [ofFake, ofReal] = split(scores, [packs, packs], 0) as [SymbolicTensor, SymbolicTensor]
  const between = add(fake, multiply(mix, subtract(real, fake)))
  const score = sum(criticise(parameters, shape, between, kept.mixed))
  const [slope] = gradients(score, [between]) as [SymbolicTensor]
  const length = squareRoot(add(sum(square(slope), [1]), 1e-12))
  return {
    distance: subtract(mean(ofFake), mean(ofReal)),
    penalty: multiply(mean(square(subtract(length, 1))), PENALTY),
  }
}
