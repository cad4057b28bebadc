// Waiting for what is not up yet: processes of an installation start in any order.

import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 500

type Waiting = {
  signal: AbortSignal
  onRetry: (error: unknown) => void
  /** What may be over soon; by default failures of connections. */
  mayPass?: (error: unknown) => boolean
}

/** Repeats `work` while it fails by what may pass; rejects with what else it rejects with, or when `signal` aborts. */
export async function untilReady<T>(
  work: () => Promise<T>,
  { signal, onRetry, mayPass = isConnectionError }: Waiting,
): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error)) throw error
      onRetry(error)
      await delay(PAUSE_MS, undefined, { signal })
    }
  }
}

/** 57P03: Postgres is starting up or shutting down. */
function isConnectionError(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return (
    (typeof code === 'string' && /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P|08)/.test(code)) ||
    /timeout|terminated/i.test(String(error))
  )
}
