// Moments of a network's parameters, and the step that moves those against a gradient.

import {
  accumulate,
  add,
  clip,
  divide,
  maximum,
  multiply,
  power,
  square,
  squareRoot,
  subtract,
} from './elementwise.ts'
import { gradients } from './gradients.ts'
import { type SymbolicTensor, sizeOf } from './graph.ts'
import {
  type Block,
  blocksOf,
  initialValues,
  type Parameter,
  type Parameters,
  pack,
  unpack,
  valuesIn,
} from './parameters.ts'
import {
  type RunContext,
  type StateTensor,
  type StepContext,
  withoutTiny,
} from './training-step.ts'

export type AdamOptions = {
  learningRate: number
  /** 0: steps go by the slope alone, and no first moment is kept. */
  beta1: number
  beta2: number
  /** Added to the gradient as `weightDecay` times the parameter (L2), or with `decoupled` to the step (AdamW). */
  weightDecay: number
  decoupled?: boolean
}

/** Of a second moment, its root, after each run; in place of a number added to it in each step, which is a pass over all parameters. */
const LEAST_ROOT = 1e-8

export type Optimiser = {
  /** Parameters, moments and the count of steps, in the order of checkpoints. */
  state(uniform: () => number): StateTensor[]
  /** Their values in this step. */
  parameters(context: StepContext): Parameters
  /** One step down the gradient of `loss`; `rate` multiplies the learning rate. The new values, and the new state. */
  step(
    context: StepContext,
    loss: SymbolicTensor,
    rate?: SymbolicTensor,
  ): { parameters: Parameters; state: Record<string, SymbolicTensor> }
  /** Behind each run of steps. */
  afterRun: (context: Pick<RunContext, 'graph' | 'state'>) => Record<string, SymbolicTensor>
  /** Names of the state tensors that parameters are in. */
  values: readonly string[]
  /** The parameters by name out of what those tensors hold; not copied. */
  valuesOf(held: (state: string) => Float32Array): Map<string, Float32Array>
}

/**
 * Adam (Kingma and Ba 2015; decoupled decay: Loshchilov and Hutter 2019) with moments kept as m / (1 - beta1) and
 * v / (1 - beta2), and in a unit that shrinks in the steps of a run (some hundred at most): slopes grow in place of
 * moments that decay. Both spare passes over the parameters. Small parameters are moved together, as the dozen
 * operations of a move cost more than their arithmetic. `group` is the prefix of its state's names.
 */
export function createAdam(
  group: string,
  parameters: readonly Parameter[],
  options: AdamOptions,
): Optimiser {
  const key = (kind: 'p' | 'm' | 'v', name: string): string => `${group}.${kind}.${name}`
  const [count, growth] = [`${group}.steps`, `${group}.growth`]
  const blocks = blocksOf(parameters)
  const unpacked = (of: (block: Block) => SymbolicTensor): Parameters =>
    Object.fromEntries(blocks.flatMap((block) => unpack(block, of(block))))
  const least = LEAST_ROOT ** 2 / (1 - options.beta2)
  const current = (context: StepContext): Parameters =>
    unpacked(({ name }) => context.state(key('p', name)))
  return {
    state: (uniform) => [
      ...blocks.flatMap((block): StateTensor[] => {
        const { name, shape } = block
        const moment = () => new Float32Array(sizeOf(shape))
        const first = { name: key('m', name), shape, initial: moment() }
        return [
          { name: key('p', name), shape, initial: initialValues(block, uniform) },
          ...(options.beta1 === 0 ? [] : [first]),
          { name: key('v', name), shape, initial: moment().fill(least) },
        ]
      }),
      { name: count, shape: [], initial: Float32Array.of(0) },
      { name: growth, shape: [], initial: Float32Array.of(1) },
    ],
    parameters: current,
    step(context, loss, rate) {
      const values = current(context)
      const names = Object.keys(values)
      const grown = multiply(context.state(growth), options.beta2 ** -0.5)
      const found = gradients(loss, Object.values(values), grown)
      const slopes = Object.fromEntries(found.map((slope, at) => [names[at] as string, slope]))
      const steps = add(context.state(count), 1)
      const scales = { ...stepScales(options, steps, rate), grown }
      const state: Record<string, SymbolicTensor> = { [count]: steps, [growth]: grown }
      for (const block of blocks) {
        const { name, bounds } = block
        const moved = move(options, scales, {
          value: context.state(key('p', name)),
          slope: pack(block, slopes),
          first: options.beta1 === 0 ? null : context.state(key('m', name)),
          second: context.state(key('v', name)),
        })
        if (options.beta1 > 0) state[key('m', name)] = moved.first
        state[key('v', name)] = moved.second
        state[key('p', name)] =
          bounds === undefined ? moved.value : clip(moved.value, bounds.low, bounds.high)
      }
      return {
        parameters: unpacked(({ name }) => state[key('p', name)] as SymbolicTensor),
        state,
      }
    },
    afterRun({ graph, state }) {
      const grown = state(growth)
      const next: Record<string, SymbolicTensor> = { [growth]: graph.scalar(1) }
      for (const { name } of blocks) {
        const [first, second] = [key('m', name), key('v', name)]
        if (options.beta1 > 0) next[first] = withoutTiny(divide(state(first), grown))
        next[second] = maximum(divide(state(second), square(grown)), least)
      }
      return next
    },
    values: blocks.map(({ name }) => key('p', name)),
    valuesOf: (held) =>
      new Map(blocks.flatMap((block) => valuesIn(block, held(key('p', block.name))))),
  }
}

type Scales = {
  step: SymbolicTensor
  decay: SymbolicTensor | undefined
  /** Of slopes. */
  grown: SymbolicTensor
}

/** Bias corrections and learning rate folded into two scalars of the step. */
function stepScales(
  { learningRate, beta1, beta2, weightDecay, decoupled }: AdamOptions,
  steps: SymbolicTensor,
  rate: SymbolicTensor | undefined,
): Omit<Scales, 'grown'> {
  const second = squareRoot(divide(1 - beta2, subtract(1, power(beta2, steps))))
  const pace = rate === undefined ? steps.graph.scalar(learningRate) : multiply(rate, learningRate)
  const first = divide(multiply(pace, 1 - beta1), subtract(1, power(beta1, steps)))
  return {
    step: divide(first, second),
    decay: decoupled && weightDecay > 0 ? subtract(1, multiply(pace, weightDecay)) : undefined,
  }
}

type Moving = Record<'value' | 'slope' | 'second', SymbolicTensor> & {
  first: SymbolicTensor | null
}

function move({ beta1, beta2, weightDecay, decoupled }: AdamOptions, scales: Scales, at: Moving) {
  const slope =
    decoupled || weightDecay === 0
      ? at.slope
      : accumulate(at.slope, multiply(at.value, multiply(scales.grown, weightDecay)))
  const first = at.first === null ? slope : add(multiply(at.first, beta1 * beta2 ** -0.5), slope)
  const second = add(at.second, square(slope))
  const from = scales.decay === undefined ? at.value : multiply(at.value, scales.decay)
  const step = multiply(divide(first, squareRoot(second)), scales.step)
  return { first, second, value: subtract(from, step) }
}
