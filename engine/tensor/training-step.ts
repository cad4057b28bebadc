// A training step described once, as a function of symbolic tensors, and compiled into an ONNX Loop of many steps.

import { emitGraph } from './emit.ts'
import { Graph, type Shape, type SymbolicTensor, type TensorData } from './graph.ts'
import {
  type DType,
  encodeModel,
  type OnnxConstant,
  type OnnxNode,
  type OnnxValue,
} from './onnx.ts'
import { gatherRows } from './shaping.ts'

/** What steps hand on: parameters, moments, running statistics. All float32. */
export type StateTensor = {
  name: string
  shape: Shape
  initial: Float32Array
  /** A positive number: what is less becomes that before each run of steps. */
  least?: number
}
/** Given for each step. */
export type Feed = { name: string; shape: Shape; dtype: DType }
/** The same for all steps. */
export type TableTensor = { name: string; shape: Shape; dtype: DType; data: TensorData }

export type StepContext = {
  graph: Graph
  state(name: string): SymbolicTensor
  feed(name: string): SymbolicTensor
  table(name: string): SymbolicTensor
}

export type TrainingStep = {
  state: readonly StateTensor[]
  feeds: readonly Feed[]
  tables: readonly TableTensor[]
  /** State that is not returned stays; metrics are scalars. */
  step(context: StepContext): {
    state: Record<string, SymbolicTensor>
    metrics: Record<string, SymbolicTensor>
  }
}

/** Looks tensors up in state as trainers save it. Throws for a name that the step has not. */
export function savedState(
  { state }: Pick<TrainingStep, 'state'>,
  saved: readonly Float32Array[],
): (name: string) => Float32Array {
  const places = new Map(state.map(({ name }, at) => [name, at]))
  return (name) => {
    const values = saved[places.get(name) ?? -1]
    if (values === undefined) throw new Error(`the training step has no ${name}`)
    return values
  }
}

/** Names in the compiled model. */
export const STEPS_INPUT = 'steps'
export const nextName = (state: string): string => `next ${state}`

/**
 * The model: inputs `steps` (how many), each state tensor and each feed with a leading axis of steps; outputs
 * `next` of each state tensor, without what `withoutTiny` takes away where it has no least value, and each metric by step.
 */
export function compileLoop(training: TrainingStep): Uint8Array {
  const { metrics, body } = loopBody(training)
  const states = training.state.map(
    ({ name, shape }): OnnxValue => ({ name, shape, dtype: 'float32' }),
  )
  const nexts = states.map((value) => ({ ...value, name: nextName(value.name) }))
  const bounds = training.state.map(bound)
  return encodeModel({
    name: 'main',
    nodes: [
      ...bounds.flatMap(({ before }) => before),
      {
        op: 'Loop',
        inputs: [STEPS_INPUT, 'always', ...bounds.map(({ first }) => first)],
        outputs: [...bounds.map(({ last }) => last), ...metrics],
        attributes: { body: { graph: body } },
      },
      ...bounds.flatMap(({ after }) => after),
    ],
    inputs: [
      { name: STEPS_INPUT, dtype: 'int64', shape: [] },
      ...states,
      ...stackedFeeds(training),
    ],
    outputs: [
      ...nexts,
      ...metrics.map((name): OnnxValue => ({ name, dtype: 'float32', shape: ['n'] })),
    ],
    constants: [
      { name: 'always', dtype: 'bool', shape: [], data: Uint8Array.of(1) },
      ...TINY,
      ...bounds.flatMap(({ constants }) => constants),
      ...training.tables,
    ],
  })
}

/** Nodes around the loop for a state tensor, and its names at the loop's beginning and end. */
type Bound = {
  before: OnnxNode[]
  first: string
  last: string
  after: OnnxNode[]
  constants: OnnxConstant[]
}

function bound({ name, least }: StateTensor): Bound {
  const next = nextName(name)
  if (least === undefined) {
    const last = `${next} with tiny`
    return { before: [], first: name, last, after: withoutTiny(last, next), constants: [] }
  }
  const [first, floor] = [`${name} raised`, `least ${name}`]
  const raise: OnnxNode = { op: 'Clip', inputs: [name, floor], outputs: [first], attributes: {} }
  const constants = [scalar(floor, least)]
  return { before: [raise], first, last: next, after: [], constants }
}

const scalar = (name: string, value: number): OnnxConstant => {
  return { name, dtype: 'float32', shape: [], data: Float32Array.of(value) }
}

const TINY = [scalar('least', 1e-20), scalar('nothing', 0)]

/**
 * Numbers nearer to 0 than 1e-20 as 0. Parameters and moments of units that are never active shrink from step to step
 * until they are below 1.2e-38, where each number costs a processor a hundred times as much; in the steps of one run they
 * do not get there.
 */
function withoutTiny(from: string, to: string): OnnxNode[] {
  const [size, tiny] = [`${to} size`, `${to} tiny`]
  const attributes = {}
  return [
    { op: 'Abs', inputs: [from], outputs: [size], attributes },
    { op: 'Less', inputs: [size, 'least'], outputs: [tiny], attributes },
    { op: 'Where', inputs: [tiny, 'nothing', from], outputs: [to], attributes },
  ]
}

function stackedFeeds({ feeds }: TrainingStep): OnnxValue[] {
  return feeds.map(({ name, dtype, shape }) => ({ name, dtype, shape: ['n', ...shape] }))
}

function loopBody(training: TrainingStep) {
  const graph = new Graph()
  const step = graph.input('step', [], 'int64')
  const going = graph.input('going', [], 'bool')
  const inside = (name: string): string => `step ${name}`
  const states = new Map(
    training.state.map(({ name, shape }) => [name, graph.input(inside(name), shape)]),
  )
  const found = <T extends { name: string }>(list: readonly T[], name: string): T => {
    const item = list.find((candidate) => candidate.name === name)
    if (item === undefined) throw new Error(`the training step has no ${name}`)
    return item
  }
  const { state, metrics } = training.step({
    graph,
    state: (name) => states.get(found(training.state, name).name) as SymbolicTensor,
    feed(name) {
      const { shape, dtype } = found(training.feeds, name)
      return gatherRows(graph.capture(name, [1, ...shape], dtype), step)
    },
    table(name) {
      const { shape, dtype } = found(training.tables, name)
      return graph.capture(name, shape, dtype)
    },
  })
  const outputs: Record<string, SymbolicTensor> = { 'still going': going }
  for (const [name, value] of states) outputs[nextName(inside(name))] = state[name] ?? value
  for (const [name, value] of Object.entries(metrics)) outputs[inside(name)] = value
  const body = emitGraph('body', [step, going, ...states.values()], outputs)
  return { body, metrics: Object.keys(metrics) }
}
