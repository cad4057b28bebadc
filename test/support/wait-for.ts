// Waiting for conditions, never for time.

import { setTimeout as delay } from 'node:timers/promises'

/** Resolves once `holds` does; rejects with what was waited for after `timeoutMs`. */
export async function waitFor(
  holds: () => Promise<boolean>,
  { what, timeoutMs = 30_000 }: { what: string; timeoutMs?: number },
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`)
    await delay(20)
  }
}
