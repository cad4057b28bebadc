// Asks each component whether it works, with a time limit, and at most once a second however many ask.

import { within } from '#coordinator/time-limit.ts'

export const COMPONENTS = ['postgres', 'temporal', 'parts', 'fleet'] as const
export type Component = (typeof COMPONENTS)[number]

/** Resolves when the component works; rejects when it does not. */
export type HealthChecks = Record<Component, (options: { signal: AbortSignal }) => Promise<void>>

export type ComponentHealth = { status: 'ok' | 'down'; latency_ms: number }

/** ok: all work · degraded: running work goes on, but something is away · down: nothing can be asked or submitted. */
export type Health = {
  status: 'ok' | 'degraded' | 'down'
  components: Record<Component, ComponentHealth>
}

const CHECK_TIMEOUT_MS = 2_000
const KEPT_MS = 1_000

/** `onDown` gets the cause, which callers never see. */
export function createHealth(
  checks: HealthChecks,
  { onDown }: { onDown: (component: Component, cause: unknown) => void },
): { read(): Promise<Health> } {
  let latest: { health: Promise<Health>; atMs: number } | undefined
  const run = async (component: Component): Promise<[Component, ComponentHealth]> => {
    const startedMs = performance.now()
    try {
      await within(CHECK_TIMEOUT_MS, checks[component])
      return [component, { status: 'ok', latency_ms: sinceMs(startedMs) }]
    } catch (cause) {
      onDown(component, cause)
      return [component, { status: 'down', latency_ms: sinceMs(startedMs) }]
    }
  }
  const runAll = async (): Promise<Health> => {
    const entries = await Promise.all(COMPONENTS.map(run))
    const components = Object.fromEntries(entries) as Health['components']
    return { status: overall(components), components }
  }
  return {
    read() {
      const nowMs = performance.now()
      if (latest === undefined || nowMs - latest.atMs > KEPT_MS) {
        latest = { health: runAll(), atMs: nowMs }
      }
      return latest.health
    },
  }
}

function overall(components: Health['components']): Health['status'] {
  if (components.postgres.status === 'down') return 'down'
  return COMPONENTS.every((name) => components[name].status === 'ok') ? 'ok' : 'degraded'
}

const sinceMs = (startedMs: number): number => Math.round((performance.now() - startedMs) * 10) / 10
