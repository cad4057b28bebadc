// What is remembered of a pool from one look to the next. Time is counted, never compared: a look adds what has passed
// since the last one, at most a few ticks, so that no jump of a clock ends a wait.

import type { Leaving } from './leaving.ts'
import { nextPhase, type Phase, type PhaseEvent } from './phase.ts'
import type { Policy } from './settings.ts'
import { type Figures, type PoolSignals, pendingOf, unserved, whyDown, whyUp } from './signals.ts'

/** Numbers by region. */
export type Places = Readonly<Record<string, number>>

export type Step = {
  asked: Places
  /** Connected workers when they were asked for. */
  before: Places
  /** Why a provider gave none, by region. */
  refused: Readonly<Record<string, string>>
}

export type PoolState = {
  phase: Phase
  /** In this phase. */
  waitedMs: number
  /** Since the last step began. */
  stepMs: number
  lastMs: number | null
  /** How long it has been so without a break. */
  hotMs: number
  coldMs: number
  /** Too few: below what is kept, or none in a region that leases wait for. */
  lowMs: number
  step: Step | null
  leaving: readonly Leaving[]
  /** Regions that are left alone. */
  backOff: Readonly<Record<string, { failures: number; leftMs: number }>>
  /** Instances that no worker answers for, by `region/name`. */
  missing: Places
  /** What was last said of a pool that stays as it is: it is said once. */
  said: string | null
}

export const NEW_POOL: PoolState = {
  phase: 'steady',
  waitedMs: 0,
  stepMs: Number.MAX_SAFE_INTEGER,
  lastMs: null,
  hotMs: 0,
  coldMs: 0,
  lowMs: 0,
  step: null,
  leaving: [],
  backOff: {},
  missing: {},
  said: null,
}

/** Further looks than this apart count as this many ticks. */
const TICKS_MAX = 3
const MISSING_MAX = 100

const elapsedMs = (lastMs: number | null, nowMs: number, tickMs: number): number =>
  lastMs === null ? 0 : Math.min(Math.max(0, nowMs - lastMs), TICKS_MAX * tickMs)

export const idsLeaving = ({ leaving }: PoolState): Set<string> =>
  new Set(leaving.flatMap(({ workers }) => workers))

/** Fewest workers that the pool keeps. */
export const floorOf = ({ pools }: Policy, { pool }: PoolSignals): number => {
  const { min = 0, regions = [] } = pools[pool] ?? {}
  return Math.max(
    min,
    regions.reduce((sum, { floor }) => sum + floor, 0),
  )
}

/** Regions with fewer workers than they keep, connected or on their way. */
export function regionsShort({ pools }: Policy, signals: PoolSignals, leaving: Set<string>) {
  const counts = countsOf(signals, leaving)
  return (pools[signals.pool]?.regions ?? []).filter(
    ({ region, floor }) => (counts[region] ?? 0) < floor,
  )
}

/** Workers by region that take work or will. */
export function countsOf(
  signals: PoolSignals,
  leaving: ReadonlySet<string>,
): Record<string, number> {
  const counts: Record<string, number> = {}
  const active = signals.workers.filter(
    ({ id, connected, state }) => connected && state === 'active' && !leaving.has(id),
  )
  for (const { region } of [...active, ...pendingOf(signals)])
    counts[region] = (counts[region] ?? 0) + 1
  return counts
}

/** Every connected worker, by region. */
export function connectedBy({ workers }: PoolSignals): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { region, connected } of workers)
    if (connected) counts[region] = (counts[region] ?? 0) + 1
  return counts
}

/** The state as it is at this look, before anything is decided. */
export function aged(
  state: PoolState,
  { signals, figures, policy }: { signals: PoolSignals; figures: Figures; policy: Policy },
): PoolState {
  const passedMs = elapsedMs(state.lastMs, signals.nowMs, policy.tickMs)
  const held = (holds: boolean, beforeMs: number): number => (holds ? beforeMs + passedMs : 0)
  const low =
    figures.active + figures.pending < floorOf(policy, signals) ||
    regionsShort(policy, signals, idsLeaving(state)).length > 0 ||
    unserved(signals, policy.pools[signals.pool]?.regions ?? []).length > 0
  return {
    ...state,
    lastMs: signals.nowMs,
    waitedMs: state.waitedMs + passedMs,
    stepMs: Math.min(Number.MAX_SAFE_INTEGER, state.stepMs + passedMs),
    hotMs: held(whyUp(figures, policy) !== null, state.hotMs),
    coldMs: held(whyDown(figures, policy) !== null, state.coldMs),
    lowMs: held(low, state.lowMs),
    leaving: state.leaving.map((one) => ({ ...one, waitedMs: one.waitedMs + passedMs })),
    backOff: agedBackOff(state, passedMs),
    missing: agedMissing(state, signals, passedMs),
  }
}

/** Failures are forgotten by success, not by time. */
function agedBackOff({ backOff }: PoolState, passedMs: number): PoolState['backOff'] {
  return Object.fromEntries(
    Object.entries(backOff).map(([region, { failures, leftMs }]) => [
      region,
      { failures, leftMs: Math.max(0, leftMs - passedMs) },
    ]),
  )
}

function agedMissing(state: PoolState, signals: PoolSignals, passedMs: number): Places {
  if (signals.instances === null || !signals.reachable) return state.missing
  const pending = pendingOf(signals).filter(({ name }) => name !== null)
  return Object.fromEntries(
    pending.slice(0, MISSING_MAX).map(({ region, name }) => {
      const key = `${region}/${name}`
      return [key, key in state.missing ? (state.missing[key] ?? 0) + passedMs : 0]
    }),
  )
}

/** The state after an event of its phase; what was waited for is over when the phase is another. */
export function moved(state: PoolState, event: PhaseEvent): PoolState {
  const phase = nextPhase(state.phase, event)
  if (phase === state.phase) return state
  const begins = event === 'grow' || event === 'shrink'
  const restart = begins ? { stepMs: 0, hotMs: 0, coldMs: 0, lowMs: 0 } : {}
  return { ...state, ...restart, phase, waitedMs: 0, said: null }
}

export const isLeftAlone = ({ backOff }: PoolState, region: string): boolean =>
  (backOff[region]?.leftMs ?? 0) > 0

/** A region that failed is left alone for longer each time. */
export function backedOff(
  state: PoolState,
  regions: readonly string[],
  { backOffMs, backOffMaxMs }: Policy,
): PoolState {
  const entries = regions.map((region) => {
    const failures = Math.min(30, (state.backOff[region]?.failures ?? 0) + 1)
    return [region, { failures, leftMs: Math.min(backOffMaxMs, backOffMs * 2 ** (failures - 1)) }]
  })
  return { ...state, backOff: { ...state.backOff, ...Object.fromEntries(entries) } }
}

export function forgiven(state: PoolState, regions: readonly string[]): PoolState {
  const kept = Object.entries(state.backOff).filter(([region]) => !regions.includes(region))
  return { ...state, backOff: Object.fromEntries(kept) }
}
