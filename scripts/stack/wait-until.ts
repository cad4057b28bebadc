// Waiting for a condition in the outside world, with a bound and a way out.
import { setTimeout as delay } from 'node:timers/promises'

const FIRST_LOOK_AGAIN_MS = 20
const LOOK_AGAIN_MAX_MS = 250

/**
 * Looks until `condition` holds; an exception counts as "not yet". Resolves to whether it held before
 * `timeoutMs` passed or `signal` aborted.
 */
export async function waitUntil(
  condition: (signal: AbortSignal) => Promise<boolean> | boolean,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<boolean> {
  const bound = AbortSignal.timeout(timeoutMs)
  const stop = signal ? AbortSignal.any([signal, bound]) : bound
  let lookAgainMs = FIRST_LOOK_AGAIN_MS
  while (!stop.aborted) {
    if (await holds(condition, stop)) return true
    await delay(lookAgainMs, undefined, { signal: stop }).catch(() => undefined)
    lookAgainMs = Math.min(lookAgainMs * 1.5, LOOK_AGAIN_MAX_MS)
  }
  return false
}

async function holds(
  condition: (signal: AbortSignal) => Promise<boolean> | boolean,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await condition(signal)
  } catch {
    return false
  }
}

const ANSWER_MAX_MS = 2_000

/** Whether a GET answers 200 now. */
export async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const reply = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MAX_MS)]),
  })
  await reply.arrayBuffer()
  return reply.status === 200
}
