// A stack of its own for a bench: in a fresh folder, stopped afterwards whatever happens.

import { type Api, createApi } from '#scripts/demo/api.ts'
import { type Stack, startStack } from '#scripts/stack/start-stack.ts'
import { benchFolder } from './disk.ts'
import { say } from './say.ts'

export type BenchStack = { stack: Stack; api: Api }

type Options = {
  workers?: number
  coordinators?: number
  env?: Record<string, Record<string, string>>
}

/** Aborted by the first SIGINT or SIGTERM: stacks stop in order, then the bench ends. */
const stopping = new AbortController()

export function stopOnSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)))
}

/** Runs `work` on a fresh stack whose logs hold warnings only. */
export async function withStack<T>(
  options: Options,
  work: (running: BenchStack) => Promise<T>,
): Promise<T> {
  stopping.signal.throwIfAborted()
  const dataDir = benchFolder('stack')
  const quiet = { LOG_LEVEL: 'warn' }
  const env: Record<string, Record<string, string>> = { ...options.env }
  for (const role of ['coordinator', 'parts', 'worker']) env[role] = { ...quiet, ...env[role] }
  const { workers = 4, coordinators = 1 } = options
  say(`starting a stack with ${workers} workers`)
  const stack = await startStack({
    ...{ dataDir, workers, coordinators, env },
    signal: stopping.signal,
  })
  try {
    const api = createApi({ url: stack.rest_url, apiKey: stack.admin.api_key })
    return await Promise.race([work({ stack, api }), whenStopped()])
  } finally {
    await stack.stop()
  }
}

function whenStopped(): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(stopping.signal.reason as Error)
    if (stopping.signal.aborted) stop()
    stopping.signal.addEventListener('abort', stop, { once: true })
  })
}
