// Parameters of a network with their moments, and the step that moves them against a gradient.

import { add, clip, divide, multiply, power, squareRoot, subtract } from './elementwise.ts'
import { gradients } from './gradients.ts'
import { allocate, type Shape, type SymbolicTensor, sizeOf } from './graph.ts'
import type { StateTensor, StepContext } from './training-step.ts'

export type Parameter = {
  name: string
  shape: Shape
  /** Fills the memory before the first step; `uniform` draws from [0, 1). */
  initialise: (values: Float32Array, uniform: () => number) => void
  /** Where values are kept after each step. */
  bounds?: { low: number; high: number }
}

export type AdamOptions = {
  learningRate: number
  beta1: number
  beta2: number
  /** Added to the gradient as `weightDecay` times the parameter (L2), or with `decoupled` to the step (AdamW). */
  weightDecay: number
  decoupled?: boolean
  epsilon?: number
}

export type Parameters = Readonly<Record<string, SymbolicTensor>>

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
}

/**
 * Adam (Kingma and Ba 2015; decoupled decay: Loshchilov and Hutter 2019) with moments kept as m / (1 - beta1) and
 * v / (1 - beta2), which saves two multiplications per parameter. `group` is the prefix of its state's names.
 */
export function createAdam(
  group: string,
  parameters: readonly Parameter[],
  options: AdamOptions,
): Optimiser {
  const key = (kind: 'p' | 'm' | 'v', name: string): string => `${group}.${kind}.${name}`
  const count = `${group}.steps`
  const byName = (of: (parameter: Parameter) => SymbolicTensor): Parameters =>
    Object.fromEntries(parameters.map((parameter) => [parameter.name, of(parameter)]))
  const current = (context: StepContext): Parameters =>
    byName(({ name }) => context.state(key('p', name)))
  return {
    state: (uniform) => [
      ...parameters.flatMap(({ name, shape, initialise }) => {
        const values = new Float32Array(sizeOf(shape))
        initialise(values, uniform)
        return [
          { name: key('p', name), shape, initial: values },
          { name: key('m', name), shape, initial: new Float32Array(values.length) },
          { name: key('v', name), shape, initial: new Float32Array(values.length) },
        ]
      }),
      { name: count, shape: [], initial: allocate('float32', 1) as Float32Array },
    ],
    parameters: current,
    step(context, loss, rate) {
      const values = current(context)
      const slopes = gradients(
        loss,
        parameters.map(({ name }) => values[name] as SymbolicTensor),
      )
      const steps = add(context.state(count), 1)
      const scales = stepScales(options, steps, rate)
      const state: Record<string, SymbolicTensor> = { [count]: steps }
      for (const [at, { name, bounds }] of parameters.entries()) {
        const moved = move(options, scales, {
          value: values[name] as SymbolicTensor,
          slope: slopes[at] as SymbolicTensor,
          first: context.state(key('m', name)),
          second: context.state(key('v', name)),
        })
        state[key('m', name)] = moved.first
        state[key('v', name)] = moved.second
        state[key('p', name)] =
          bounds === undefined ? moved.value : clip(moved.value, bounds.low, bounds.high)
      }
      return { parameters: byName(({ name }) => state[key('p', name)] as SymbolicTensor), state }
    },
  }
}

type Scales = { step: SymbolicTensor; epsilon: SymbolicTensor; decay: SymbolicTensor | undefined }

/** Bias corrections and learning rate folded into two scalars of the step. */
function stepScales(
  { learningRate, beta1, beta2, epsilon = 1e-8, weightDecay, decoupled }: AdamOptions,
  steps: SymbolicTensor,
  rate: SymbolicTensor | undefined,
): Scales {
  const second = squareRoot(divide(1 - beta2, subtract(1, power(beta2, steps))))
  const pace = rate === undefined ? steps.graph.scalar(learningRate) : multiply(rate, learningRate)
  const first = divide(multiply(pace, 1 - beta1), subtract(1, power(beta1, steps)))
  return {
    step: divide(first, second),
    epsilon: divide(epsilon, second),
    decay: decoupled && weightDecay > 0 ? subtract(1, multiply(pace, weightDecay)) : undefined,
  }
}

type Moving = Record<'value' | 'slope' | 'first' | 'second', SymbolicTensor>

function move({ beta1, beta2, weightDecay, decoupled }: AdamOptions, scales: Scales, at: Moving) {
  const slope =
    decoupled || weightDecay === 0 ? at.slope : add(at.slope, multiply(at.value, weightDecay))
  const first = add(multiply(at.first, beta1), slope)
  const second = add(multiply(at.second, beta2), multiply(slope, slope))
  const from = scales.decay === undefined ? at.value : multiply(at.value, scales.decay)
  const step = multiply(divide(first, add(squareRoot(second), scales.epsilon)), scales.step)
  return { first, second, value: subtract(from, step) }
}

/** Uniform in +-1/sqrt(fanIn), as linear layers are commonly begun with (He et al. 2015, a = sqrt(5)). */
export function linearParameters(name: string, inputs: number, outputs: number): Parameter[] {
  const bound = 1 / Math.sqrt(inputs)
  const initialise: Parameter['initialise'] = (values, uniform) => {
    for (let i = 0; i < values.length; i++) values[i] = (2 * uniform() - 1) * bound
  }
  return [
    { name: `${name}.weight`, shape: [inputs, outputs], initialise },
    { name: `${name}.bias`, shape: [outputs], initialise },
  ]
}
