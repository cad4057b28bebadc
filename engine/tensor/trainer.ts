// Runs a training step many times in onnxruntime; holds the state between runs.

import { allocate, sizeOf, type TensorData } from './graph.ts'
import { type Outputs, Tensor } from './runtime.ts'
import { openSession, type SessionOptions } from './session.ts'
import { compileLoop, nextName, STEPS_INPUT, type TrainingStep } from './training-step.ts'

export type Trainer = {
  /** Memory of a feed: its values for step after step of the next run. */
  feed<T extends TensorData>(name: string): T
  /**
   * Runs the first `steps` steps that the feeds hold (at most `stepsPerRun`), blocking this thread; resolves with
   * each metric by step. Not to be interrupted: ending the thread meanwhile ends the process.
   */
  run(steps: number): Promise<Record<string, Float32Array>>
  /** All state as it is now, in the order of the training step. Copies. */
  save(): Float32Array[]
  /** Goes on from what `save` gave, in this process or another. */
  load(state: readonly Float32Array[]): void
  /** One state tensor as it is now; not to be changed, overwritten by the run after the next. */
  state(name: string): Float32Array
  release(): Promise<void>
}

type Tensors = Record<string, Tensor>

/** Opens a session for the training step; feeds hold up to `stepsPerRun` steps. */
export async function createTrainer(
  training: TrainingStep,
  { stepsPerRun, ...options }: SessionOptions & { stepsPerRun: number },
): Promise<Trainer> {
  const session = await openSession(compileLoop(training), options)
  const memory = feedMemory(training, stepsPerRun)
  let current = stateTensors(training)
  let spare = stateTensors(training)
  return {
    feed: <T extends TensorData>(name: string) => memory.get(name) as T,
    async run(steps) {
      const inputs = { ...current, ...feedTensors(training, memory, steps) }
      const outputs: Record<string, Tensor | null> = {}
      for (const name of session.outputNames) outputs[name] = null
      for (const [name, tensor] of Object.entries(spare)) outputs[nextName(name)] = tensor
      const results = await session.run(inputs, outputs as Tensors)
      const before = current
      current = spare
      spare = before
      return metricsOf(results)
    },
    save: () => training.state.map(({ name }) => Float32Array.from(valuesOf(current, name))),
    load(state) {
      for (const [at, { name }] of training.state.entries())
        valuesOf(current, name).set(state[at] as Float32Array)
    },
    state: (name) => valuesOf(current, name),
    release: () => session.release(),
  }
}

function valuesOf(tensors: Tensors, name: string): Float32Array {
  return tensors[name]?.data as Float32Array
}

function stateTensors({ state }: TrainingStep): Tensors {
  return Object.fromEntries(
    state.map(({ name, shape, initial }) => [
      name,
      new Tensor('float32', Float32Array.from(initial), shape),
    ]),
  )
}

function feedMemory({ feeds }: TrainingStep, steps: number): Map<string, TensorData> {
  return new Map(
    feeds.map(({ name, dtype, shape }) => [name, allocate(dtype, steps * sizeOf(shape))]),
  )
}

function feedTensors(
  { feeds }: TrainingStep,
  memory: Map<string, TensorData>,
  steps: number,
): Tensors {
  const tensors: Tensors = {
    [STEPS_INPUT]: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
  }
  for (const { name, dtype, shape } of feeds) {
    const values = (memory.get(name) as TensorData).subarray(0, steps * sizeOf(shape))
    tensors[name] = new Tensor(dtype, values as Float32Array, [steps, ...shape])
  }
  return tensors
}

/** Outputs that are not state; their names are the metrics'. */
function metricsOf(results: Outputs): Record<string, Float32Array> {
  const metrics: Record<string, Float32Array> = {}
  for (const [name, tensor] of Object.entries(results))
    if (!name.startsWith(nextName(''))) metrics[name] = tensor.data as Float32Array
  return metrics
}
