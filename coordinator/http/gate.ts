// Work that takes much memory or time, a bounded number at a time.

import { AppError } from '#engine/errors.ts'

export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** AppError `unavailable`, with `busy` as its detail, for one too many. */
export function createGate(max: number, busy: string): Gate {
  let running = 0
  return async (work) => {
    if (running >= max) throw new AppError('unavailable', busy)
    running++
    try {
      return await work()
    } finally {
      running--
    }
  }
}
