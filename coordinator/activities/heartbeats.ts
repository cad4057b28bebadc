// Heartbeats for activities that only need to say that their process lives.

import { Context } from '@temporalio/activity'
import { STORAGE_HEARTBEAT_MS } from '../workflows/policies.ts'

const told = new WeakMap<Context, unknown>()

/** What the heartbeats of the activity under way say from now on: how far it is, for people. */
export function tellProgress(details: unknown): void {
  told.set(Context.current(), details)
}

/** The same activities, each heartbeating from its start to its end. */
export function withHeartbeats<T extends Record<string, (args: never) => Promise<unknown>>>(
  activities: T,
): T {
  const beating = Object.entries(activities).map(([name, activity]) => [
    name,
    async (args: never) => {
      const context = Context.current()
      const timer = setInterval(() => context.heartbeat(told.get(context)), STORAGE_HEARTBEAT_MS)
      try {
        return await activity(args)
      } finally {
        clearInterval(timer)
      }
    },
  ])
  return Object.fromEntries(beating) as T
}
