// The two ends of a worker's leave: until it has nothing to do, and nobody knowing it any more.
import { rmSync } from 'node:fs'
import { type CoordinatorCalls, isNotFound } from './coordinator-calls.ts'
import { StackError } from './stack-error.ts'
import { waitUntil } from './wait-until.ts'
import { enrolledId, workerFolder } from './workers.ts'

export type Departure = {
  /** Gives it nothing new; resolves to whether it was idle before the limit. */
  drain: (name: string, timeoutMs: number) => Promise<boolean>
  /** Revokes it and removes its folder. Throws StackError when no coordinator answers. */
  forget: (name: string) => Promise<void>
}

/** It counts as idle by a report that is later than its drain by this: a lease may have been on its way. */
const SETTLE_MS = 1_500
const REVOKE_MS = 10_000

type WorkerView = { busy_slots: number; connected: boolean; last_seen: string | null }

export function createDeparture(
  { calls, dataDir }: { calls: CoordinatorCalls; dataDir: string },
  signal: AbortSignal,
): Departure {
  const idOf = (name: string): string | null => enrolledId(workerFolder(dataDir, name))
  return {
    drain: async (name, timeoutMs) => {
      const id = idOf(name)
      if (id === null) return true
      if (timeoutMs === 0) return false
      let drainedMs: number | undefined
      const idle = async (): Promise<boolean> => {
        if (drainedMs === undefined) {
          await calls.ask(`/api/workers/${id}/drain`, { method: 'POST' })
          drainedMs = Date.now()
        }
        const worker = await calls.ask<WorkerView>(`/api/workers/${id}`)
        if (!worker.connected) return true
        const seenMs = Date.parse(worker.last_seen ?? '')
        return worker.busy_slots === 0 && seenMs > drainedMs + SETTLE_MS
      }
      return await waitUntil(idle, { timeoutMs, signal })
    },
    forget: async (name) => {
      const id = idOf(name)
      if (id !== null) await revoke(calls, id, signal)
      rmSync(workerFolder(dataDir, name), { recursive: true, force: true })
    },
  }
}

async function revoke(calls: CoordinatorCalls, id: string, signal: AbortSignal): Promise<void> {
  const revoked = async (): Promise<boolean> => {
    await calls.ask(`/api/workers/${id}/revoke`, { method: 'POST' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    })
    return true
  }
  if (await waitUntil(revoked, { timeoutMs: REVOKE_MS, signal })) return
  throw new StackError(
    'no coordinator takes the revocation of the worker',
    'Its removal is finished at the next start, or by removing it once more.',
  )
}
