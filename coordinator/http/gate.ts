// Work that takes much memory or time, a bounded number at a time; a bounded number more waits for its turn.

import { AppError } from '#engine/errors.ts'

/** `signal` ends the wait for a turn, not the work. */
export type Gate = <T>(work: () => Promise<T>, options: { signal: AbortSignal }) => Promise<T>

export type GateOptions = {
  /** Running at a time. */
  max: number
  /** Waiting at a time. */
  waitingMax: number
  /** How long each waits; slow-bodies.ts ends what is silent for longer. */
  waitMs: number
  /** What is said to those who get no turn. */
  busy: string
}

/**
 * AppError `unavailable`, with `busy` as its detail, for one too many, and for whom no turn came in time; `cancelled` for
 * whoever went.
 */
export function createGate({ max, waitingMax, waitMs, busy }: GateOptions): Gate {
  const waiting = new Set<() => void>()
  let running = 0
  const enter = async (signal: AbortSignal): Promise<void> => {
    if (running < max) running++
    else if (waiting.size >= waitingMax) throw new AppError('unavailable', busy)
    else await turn(waiting, { waitMs, busy, signal })
  }
  // Whoever is next takes over the place; the number of those running stays.
  const leave = (): void => {
    const [next] = waiting
    if (next === undefined) running--
    else next()
  }
  return async (work, { signal }) => {
    await enter(signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

type Wait = Pick<GateOptions, 'waitMs' | 'busy'> & { signal: AbortSignal }

/** Until called out of `waiting`. */
async function turn(waiting: Set<() => void>, { waitMs, busy, signal }: Wait): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Out of the line at once: a turn that is given to who has gone would be lost.
  const giveUp = (error: AppError): void => {
    waiting.delete(called)
    reject(error)
  }
  const onGone = (): void => giveUp(new AppError('cancelled', 'The caller has gone.'))
  const timer = setTimeout(() => giveUp(new AppError('unavailable', busy)), waitMs)
  const called = (): void => {
    waiting.delete(called)
    resolve()
  }
  waiting.add(called)
  signal.addEventListener('abort', onGone, { once: true })
  if (signal.aborted) onGone()
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onGone)
  }
}
