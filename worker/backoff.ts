// Waiting between tries: slowly longer, so that what comes back after a while is found soon after, and never in
// step with the other workers.

import { setTimeout as delay } from 'node:timers/promises'

const FIRST_MS = 100
const GROWTH = 1.3

export type Backoff = {
  /** Waits before the next try; rejects when `signal` aborts. */
  wait(options: { signal: AbortSignal }): Promise<void>
  /** After a success: the next wait is the shortest again. */
  reset(): void
}

/** Waits of 100 ms growing by 1.3 up to `mostMs`, each shortened by up to half at random. */
export function createBackoff({ mostMs = 5_000 }: { mostMs?: number } = {}): Backoff {
  let nextMs = FIRST_MS
  return {
    async wait({ signal }) {
      const ms = nextMs * (0.5 + Math.random() / 2)
      nextMs = Math.min(mostMs, nextMs * GROWTH)
      await delay(ms, undefined, { signal })
    },
    reset() {
      nextMs = FIRST_MS
    },
  }
}
