// What a look at a pool leads to: a state, things to do, and lines for the record.

import type { Leaving } from './leaving.ts'
import type { Places, PoolState } from './pool-state.ts'
import type { RemovalAction } from './removal.ts'
import type { Policy, PoolSettings } from './settings.ts'
import type { Figures, Instance, PoolSignals } from './signals.ts'

export type Action =
  | RemovalAction
  | { kind: 'add'; places: Places }
  | { kind: 'drain'; workers: readonly string[] }
  | { kind: 'reclaim'; instance: Instance; leave: number }

/**
 * add, remove: a step begins · verified, short: all that were added joined, or not all · removed, kept: workers that
 * were to leave did, or go on · reclaim: instances that never joined are taken back · hold: nothing can be done.
 */
export const ACTIONS = [
  ...(['add', 'verified', 'short'] as const),
  ...(['remove', 'removed', 'kept', 'reclaim', 'hold'] as const),
] as const

/** One line of the record. */
export type Told = {
  action: (typeof ACTIONS)[number]
  reason: string
  places: Places
  workers: readonly string[]
}

export type Decision = { state: PoolState; figures: Figures; actions: Action[]; told: Told[] }

/** All that a decision is made of. */
export type Looking = {
  signals: PoolSignals
  state: PoolState
  policy: Policy
  pool: PoolSettings
  figures: Figures
}

/** What a look leads to. */
export const decision = (
  { figures }: Looking,
  state: PoolState,
  told: Told[] = [],
  actions: Action[] = [],
): Decision => ({ state, figures, actions, told })

/** A line of the record; `rest`: what it is about. */
export const tell = (action: Told['action'], reason: string, rest: Partial<Told> = {}): Told => ({
  action,
  reason,
  places: {},
  workers: [],
  ...rest,
})

/** Said once, until something else is to be said. */
export function hold(looking: Looking, reason: string): Decision {
  const { state } = looking
  if (state.said === reason) return decision(looking, state)
  return decision(looking, { ...state, said: reason }, [tell('hold', reason)])
}

/** How many leave, by region. */
export function placesOf(leaving: readonly Leaving[]): Places {
  const places: Record<string, number> = {}
  for (const { region, count } of leaving) places[region] = (places[region] ?? 0) + count
  return places
}
