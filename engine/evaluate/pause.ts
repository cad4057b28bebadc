// Lets other work of the process run between the steps of a long computation, and ends it when it is no longer wanted.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '#engine/errors.ts'

/** Rejects with AppError `cancelled` once the signal is aborted. */
export type Pause = () => Promise<void>

export function createPause(signal: AbortSignal): Pause {
  return async () => {
    await nextTurn()
    if (signal.aborted) throw new AppError('cancelled', 'the evaluation was ended')
  }
}
