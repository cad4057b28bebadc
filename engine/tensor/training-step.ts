// A training step described once, as a function of symbolic tensors, and compiled into an ONNX Loop of many steps.

import { absolute, cast, greater, where } from './elementwise.ts'
import { emitGraph } from './emit.ts'
import { Graph, type Shape, type SymbolicTensor, type TensorData } from './graph.ts'
import { type DType, encodeModel, type OnnxGraph, type OnnxValue } from './onnx.ts'
import { gatherRows } from './shaping.ts'

/** What steps hand on: parameters, moments, running statistics. All float32. */
export type StateTensor = { name: string; shape: Shape; initial: Float32Array }
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

/** State as the last of `steps` steps left it. */
export type RunContext = Pick<StepContext, 'graph' | 'state'> & { steps: SymbolicTensor }

export type TrainingStep = {
  state: readonly StateTensor[]
  feeds: readonly Feed[]
  tables: readonly TableTensor[]
  /** State that is not returned stays; metrics are scalars. */
  step(context: StepContext): {
    state: Record<string, SymbolicTensor>
    metrics: Record<string, SymbolicTensor>
  }
  /** New values once behind a run; state that is not returned stays, `withoutTiny`. */
  afterRun?(context: RunContext): Record<string, SymbolicTensor>
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
 * `next` of each state tensor and each metric by step.
 */
export function compileLoop(training: TrainingStep): Uint8Array {
  const { metrics, body, carried } = loopBody(training)
  const after = afterLoop(training, carried)
  const states = training.state.map(
    ({ name, shape }): OnnxValue => ({ name, shape, dtype: 'float32' }),
  )
  return encodeModel({
    name: 'main',
    nodes: [
      {
        op: 'Loop',
        inputs: [STEPS_INPUT, 'always', ...carried.map(({ name }) => name)],
        outputs: [...carried.map(lastName), ...metrics],
        attributes: { body: { graph: body } },
      },
      ...after.nodes,
    ],
    inputs: [
      { name: STEPS_INPUT, dtype: 'int64', shape: [] },
      ...states,
      ...stackedFeeds(training),
    ],
    outputs: [
      ...states.map((value) => ({ ...value, name: nextName(value.name) })),
      ...metrics.map((name): OnnxValue => ({ name, dtype: 'float32', shape: ['n'] })),
    ],
    constants: [
      { name: 'always', dtype: 'bool', shape: [], data: Uint8Array.of(1) },
      ...after.constants,
      ...training.tables,
    ],
  })
}

const lastName = ({ name }: StateTensor): string => `last ${name}`

function afterLoop(training: TrainingStep, carried: readonly StateTensor[]): OnnxGraph {
  const graph = new Graph()
  const value = (state: StateTensor): SymbolicTensor =>
    graph.capture(carried.includes(state) ? lastName(state) : state.name, state.shape)
  const later = training.afterRun?.({
    graph,
    steps: cast(graph.capture(STEPS_INPUT, [], 'int64')),
    state: (name) => value(found(training.state, name)),
  })
  const outputs = training.state.map((state): [string, SymbolicTensor] => [
    nextName(state.name),
    later?.[state.name] ?? withoutTiny(value(state)),
  ])
  return emitGraph('after', [], Object.fromEntries(outputs))
}

const TINY = 1e-20

/**
 * Numbers nearer to 0 than 1e-20 as 0. Parameters and moments of units that are never active shrink from step to step
 * until they are below 1.2e-38, where each number costs a processor a hundred times as much; in the steps of one run they
 * do not get there.
 */
export function withoutTiny(x: SymbolicTensor): SymbolicTensor {
  return where(greater(TINY, absolute(x)), 0, x)
}

function stackedFeeds({ feeds }: TrainingStep): OnnxValue[] {
  return feeds.map(({ name, dtype, shape }) => ({ name, dtype, shape: ['n', ...shape] }))
}

function loopBody(training: TrainingStep) {
  const graph = new Graph()
  const step = graph.input('step', [], 'int64')
  const going = graph.input('going', [], 'bool')
  const inside = (name: string): string => `step ${name}`
  const { state, metrics } = training.step({
    graph,
    state(name) {
      const { shape } = found(training.state, name)
      return graph.capture(inside(name), shape)
    },
    feed(name) {
      const { shape, dtype } = found(training.feeds, name)
      return gatherRows(graph.capture(name, [1, ...shape], dtype), step)
    },
    table(name) {
      const { shape, dtype } = found(training.tables, name)
      return graph.capture(name, shape, dtype)
    },
  })
  const carried = training.state.filter(({ name }) => state[name] !== undefined)
  const before = carried.map(({ name, shape }) => graph.capture(inside(name), shape))
  const outputs: Record<string, SymbolicTensor> = { 'still going': going }
  for (const { name } of carried) outputs[nextName(inside(name))] = state[name] as SymbolicTensor
  for (const [name, value] of Object.entries(metrics)) outputs[inside(name)] = value
  const body = emitGraph('body', [step, going, ...before], outputs)
  return { body, metrics: Object.keys(metrics), carried }
}

function found<T extends { name: string }>(list: readonly T[], name: string): T {
  const item = list.find((candidate) => candidate.name === name)
  if (item === undefined) throw new Error(`the training step has no ${name}`)
  return item
}
