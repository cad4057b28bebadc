// Opens models in onnxruntime with everything pinned that their results depend on.

import { giveBack } from '#engine/give-back.ts'
import { env, type InferenceSession, type Outputs, type Tensor } from './runtime.ts'

/** One of a machine's GPUs. `device`: its number among them; `driver`: version. */
export type Gpu = { device: number; name: string; driver: string }

export type SessionOptions = {
  /** Computes what CUDA has kernels for; none: the processor does all. */
  gpu?: Gpu | null
  /** Threads inside an operation; 1 and 2 give the same bits, more may not. */
  threads?: number
}

/** Everything that a model's results depend on besides its inputs: equal classes promise equal bits. */
export function runtimeClass({ gpu }: SessionOptions): string {
  const provider = gpu ? 'cuda' : 'cpu'
  const base = `onnxruntime ${env.versions.common} ${provider} ${process.arch}`
  return gpu ? `${base} ${gpu.name} driver ${gpu.driver}` : base
}

/** The caller releases it. Rejects when the runtime refuses the model. */
export async function openSession(
  model: Uint8Array,
  { gpu, threads = 1 }: SessionOptions = {},
): Promise<InferenceSession> {
  const { InferenceSession: Session } = await import('onnxruntime-node')
  return await Session.create(model, {
    executionProviders: gpu ? [{ name: 'cuda', deviceId: gpu.device }, 'cpu'] : ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
}

/** Runs a model that writes all of its outputs into memory of the caller, whose tensors `outputs` are. */
export async function runInto(
  session: InferenceSession,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<void> {
  giveBackCopies(await session.run(inputs, outputs), outputs)
}

/** The runtime copies what it has written into memory of the caller. */
export function giveBackCopies(
  results: Outputs,
  outputs: Readonly<Record<string, Tensor | null>>,
): void {
  for (const [name, { data }] of Object.entries(results)) {
    const own = outputs[name]?.data
    if (ArrayBuffer.isView(data) && ArrayBuffer.isView(own) && data.buffer !== own.buffer)
      giveBack(data)
  }
}
