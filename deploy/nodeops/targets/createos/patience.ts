// Waiting for CreateOS: things are asked for, and are there some time later, or never.
import { setTimeout as delay } from 'node:timers/promises'
import { type Bound, TargetError } from '../../target.ts'
import { ApiError } from './call.ts'

export type Timing = {
  /** Between two looks. */
  pollMs: number
  appLimitMs: number
  vmLimitMs: number
  sshLimitMs: number
}

export const TIMING: Timing = {
  pollMs: 2_000,
  appLimitMs: 600_000,
  vmLimitMs: 1_200_000,
  sshLimitMs: 300_000,
}

/** Looks until the answer is not null. Throws TargetError when the limit is over. */
export async function waitFor<T>(
  look: () => Promise<T | null>,
  { pollMs, limitMs, what, signal }: Bound & { pollMs: number; limitMs: number; what: string },
): Promise<T> {
  const until = performance.now() + limitMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (performance.now() > until) {
      const message = `${what} is still not there after ${Math.round(limitMs / 1_000)} s`
      throw new TargetError('failed', message, 'Deploy again: it goes on from here.')
    }
    await delay(pollMs, undefined, { signal })
  }
}

const TRIES = 4

/**
 * Makes what is not there. A creation that failed without saying whether it was done, or that somebody else was
 * faster with, is looked for before it is tried again.
 */
export async function ensure<T>(
  { find, create }: { find: () => Promise<T | null>; create: () => Promise<void> },
  { pollMs, limitMs, what, signal }: Bound & { pollMs: number; limitMs: number; what: string },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const found = await find()
    if (found !== null) return found
    try {
      await create()
      return await waitFor(find, { pollMs, limitMs, what, signal })
    } catch (error) {
      const isOpen = error instanceof ApiError && (error.isUnsure || error.status === 409)
      if (!isOpen || tries === TRIES) throw error
    }
    await delay(pollMs, undefined, { signal })
  }
}
