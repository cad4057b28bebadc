// Runs a training step many times in onnxruntime; holds the state between runs.

import { AppError } from '#engine/errors.ts'
import { allocate, sizeOf, type TensorData } from './graph.ts'
import { type Outputs, Tensor } from './runtime.ts'
import { giveBackCopies, openSession, type SessionOptions } from './session.ts'
import { compileLoop, nextName, STEPS_INPUT, type TrainingStep } from './training-step.ts'

export type Trainer = {
  /** Memory of a feed: its values for step after step of the next run. */
  feed<T extends TensorData>(name: string): T
  /**
   * Runs the first `steps` steps that the feeds hold (at most `stepsPerRun`), blocking this thread; resolves with
   * each metric by step. Numbers of the state nearer to 0 than 1e-20 are 0 then. Not to be interrupted: ending the
   * thread meanwhile ends the process.
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

/**
 * Bytes of a training's state. A checkpoint has it twice, now and at its best, and that of a search the best model so far
 * besides, which is at most two thirds of a state: together they fit the largest part of the store, 1 GiB.
 */
export const STATE_BYTES_MAX = 360 * 2 ** 20

/**
 * Opens a session for the training step; feeds hold up to `stepsPerRun` steps. AppError `invalid_request` for a state
 * above STATE_BYTES_MAX.
 */
export async function createTrainer(
  training: TrainingStep,
  { stepsPerRun, ...options }: SessionOptions & { stepsPerRun: number },
): Promise<Trainer> {
  refuseLarge(training)
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
      giveBackCopies(results, outputs)
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

function refuseLarge({ state }: TrainingStep): void {
  const bytes = state.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
  if (bytes <= STATE_BYTES_MAX) return
  const [found, most] = [bytes, STATE_BYTES_MAX].map((size) => Math.ceil(size / 2 ** 20))
  throw new AppError(
    'invalid_request',
    `the network is too large: training it takes a state of ${found} MiB, at most ${most}; make its layers smaller, or leave out columns with many categories`,
  )
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
