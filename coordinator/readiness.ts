// Whether this process can take calls: everything that it needs works, and it is not about to stop. Whoever balances
// load over replicas asks; reasons are fixed texts, as anybody may read them.

import { within } from './time-limit.ts'

export type Condition = {
  /** What is wrong when it does not hold. */
  unmet: string
  /** Rejects when it does not hold. */
  check(options: { signal: AbortSignal }): Promise<void>
}

export type Readiness = {
  /** Why not; empty when ready. */
  reasons(): Promise<string[]>
  /** From now on, and for good, it is not. */
  leave(): void
  leaving(): boolean
}

const CHECK_TIMEOUT_MS = 2_000
const KEPT_MS = 500
const LEAVING = 'It is stopping.'

/** Conditions are checked at most twice a second however many ask; `onUnmet` gets the cause, which callers never see. */
export function createReadiness(
  conditions: readonly Condition[],
  { onUnmet }: { onUnmet: (reason: string, cause: unknown) => void },
): Readiness {
  let latest: { reasons: Promise<string[]>; atMs: number } | undefined
  let leaving = false
  const check = async (condition: Condition): Promise<string[]> => {
    try {
      await within(CHECK_TIMEOUT_MS, (options) => condition.check(options))
      return []
    } catch (cause) {
      onUnmet(condition.unmet, cause)
      return [condition.unmet]
    }
  }
  return {
    async reasons() {
      if (leaving) return [LEAVING]
      const nowMs = performance.now()
      if (latest === undefined || nowMs - latest.atMs > KEPT_MS) {
        latest = {
          reasons: Promise.all(conditions.map(check)).then((all) => all.flat()),
          atMs: nowMs,
        }
      }
      const reasons = await latest.reasons
      return leaving ? [LEAVING] : reasons
    },
    leave() {
      leaving = true
    },
    leaving: () => leaving,
  }
}
