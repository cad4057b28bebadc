// Opens models in onnxruntime with everything pinned that their results depend on.

import { env, type InferenceSession } from './runtime.ts'

export type Provider = 'cpu' | 'cuda'

export type SessionOptions = {
  provider?: Provider
  /** Threads inside an operation; 1 and 2 give the same bits, more may not. */
  threads?: number
}

/** Everything that a model's results depend on besides its inputs: equal classes promise equal bits. */
export function runtimeClass({ provider = 'cpu' }: SessionOptions): string {
  return `onnxruntime ${env.versions.common} ${provider} ${process.arch}`
}

/** The caller releases it. Rejects when the runtime refuses the model. */
export async function openSession(
  model: Uint8Array,
  { provider = 'cpu', threads = 1 }: SessionOptions = {},
): Promise<InferenceSession> {
  const { InferenceSession: Session } = await import('onnxruntime-node')
  return await Session.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
}
