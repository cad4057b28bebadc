// Makes measurements, a few at a time, each in a thread of its own, by whichever process comes first.

import { Worker } from 'node:worker_threads'
import type { Database } from '#coordinator/database/database.ts'
import type { Notifications } from '#coordinator/database/notifications.ts'
import type { StoreSettings } from '#coordinator/storage/open-store.ts'
import { AppError, codeOf } from '#engine/errors.ts'
import {
  type Claim,
  claimNext,
  complete,
  fail,
  keepCheckpoint,
  renewClaim,
  requireHope,
  unclaim,
} from './claims.ts'
import { resolveWork } from './resolve-work.ts'
import type { MeasureSettings } from './settings.ts'
import type { Answer, Measured, Onward, ThreadData } from './work.ts'

const THREADS = 2
const POLL_MS = 5_000
const RENEW_MS = 5_000
/** Without a word of the thread; only profiles say anything before they end. */
const STILL_MS = 60 * 60_000
/** Of a thread's heap; columns lie outside of it and are bounded by their rows. */
const HEAP_MIB_MAX = 2_048

export type MeasurerDeps = {
  database: Database
  notifications: Notifications
  store: StoreSettings
  settings: MeasureSettings
  onError: (error: unknown) => void
}

/** `close` stops what is under way; the next makes it, profiles from their last checkpoint on. */
export function createMeasurer(deps: MeasurerDeps): { close(): Promise<void> } {
  const stopping = new AbortController()
  const resting = new Set<() => void>()
  const wake = (): void => {
    for (const go of resting) go()
  }
  const off = deps.notifications.on('measure', wake)
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer)
        resting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, POLL_MS)
      resting.add(go)
      if (stopping.signal.aborted) go()
    })
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const worked = await workOnce(deps, stopping.signal).catch((error: unknown) => {
        deps.onError(error)
        return false
      })
      if (!worked) await rest()
    }
  }
  const running = Promise.all(Array.from({ length: THREADS }, loop))
  return {
    async close() {
      stopping.abort()
      off()
      wake()
      await running
    },
  }
}

/** False when there is nothing to do. */
async function workOnce(deps: MeasurerDeps, signal: AbortSignal): Promise<boolean> {
  const { database } = deps
  const claim = await claimNext(database)
  if (claim === null) return false
  try {
    requireHope(claim)
    const work = await resolveWork(database, claim)
    const data = { work, store: deps.store, ...deps.settings }
    await complete(database, claim, await inThread(deps, claim, data, signal))
  } catch (error) {
    if (signal.aborted) await unclaim(database, claim)
    else await fail(database, claim, { code: codeOf(error), message: (error as Error).message })
  }
  return true
}

async function inThread(
  { database, onError }: MeasurerDeps,
  claim: Claim,
  workerData: ThreadData,
  signal: AbortSignal,
): Promise<Measured> {
  const thread = new Worker(new URL('./measure-thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  })
  const stop = (): void => void thread.terminate()
  signal.addEventListener('abort', stop)
  const limit = setTimeout(stop, STILL_MS)
  let progress = 0
  const renewing = setInterval(() => {
    // A database that is away for a moment ends nothing.
    void renewClaim(database, claim, progress).then(
      (ours) => ours || stop(),
      () => undefined,
    )
  }, RENEW_MS)
  try {
    const answer = await answerOf(thread, (onward) => {
      limit.refresh()
      if ('progress' in onward) progress = onward.progress
      else void keepCheckpoint(database, claim, onward.checkpoint).catch(onError)
    })
    if ('code' in answer) throw new AppError(answer.code, answer.message)
    return answer
  } finally {
    clearInterval(renewing)
    clearTimeout(limit)
    signal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}

function answerOf(thread: Worker, onward: (said: Onward) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: Answer | Onward) => {
      if ('progress' in message || 'checkpoint' in message) onward(message)
      else resolve(message)
    })
    thread.once('error', (error: Error) =>
      reject(new AppError('internal', `Measuring failed: ${error.message}`)),
    )
    thread.once('exit', () => reject(new AppError('internal', 'Measuring stood still.')))
  })
}
