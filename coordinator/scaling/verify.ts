// What became of workers that were asked for.

import { type Decision, decision, type Looking, tell } from './decision.ts'
import type { Leaving } from './leaving.ts'
import { backedOff, connectedBy, forgiven, moved, type PoolState } from './pool-state.ts'

/** Whether those that were asked for are there, and what to think of their regions if not. */
export function verify(looking: Looking): Decision {
  const { signals, state, policy } = looking
  const step = state.step ?? { asked: {}, before: {}, refused: {} }
  const now = connectedBy(signals)
  const missing = Object.entries(step.asked).flatMap(([region, asked]) => {
    const joined = (now[region] ?? 0) - (step.before[region] ?? 0)
    return joined < asked ? [{ region, count: asked - Math.max(0, joined) }] : []
  })
  const asked = Object.values(step.asked).reduce((sum, count) => sum + count, 0)
  const seconds = Math.round(state.waitedMs / 1000)
  const over = { ...state, step: null }
  if (missing.length === 0) {
    const told = tell('verified', `${asked} joined within ${seconds} s`, { places: step.asked })
    return decision(looking, moved(forgiven(over, Object.keys(step.asked)), 'joined'), [told])
  }
  const refused = missing.every(({ region }) => region in step.refused)
  if (!refused && state.waitedMs < policy.verifyMs) return decision(looking, state)
  const failed = missing.map(({ region }) => region)
  const away = missing.reduce((sum, { count }) => sum + count, 0)
  const whys = failed.flatMap((region) => step.refused[region] ?? [])
  const reason = `${asked - away} of ${asked} joined within ${seconds} s; ${failed.join(', ')} left alone for a while`
  const told = tell('short', [reason, ...new Set(whys)].join(': '), {
    places: Object.fromEntries(missing.map(({ region, count }) => [region, count])),
  })
  const good = Object.keys(step.asked).filter((region) => !failed.includes(region))
  return decision(looking, moved(backedOff(forgiven(over, good), failed, policy), 'late'), [told])
}

/** What a provider answered to an `add`: regions that gave none are not waited for. */
export function whenRefused(state: PoolState, region: string, why: string): PoolState {
  if (!state.step) return state
  const refused = { ...state.step.refused, [region]: why }
  return { ...state, step: { ...state.step, refused } }
}

/** What a provider answered to a `stop` that it did not carry out. */
export function whenNotStopped(state: PoolState, leaving: Leaving, why: string): PoolState {
  const isIt = (one: Leaving) =>
    one.region === leaving.region && one.instance === leaving.instance && one.stage === 'stopping'
  return {
    ...state,
    leaving: state.leaving.map((one) =>
      isIt(one) ? { ...one, refusals: one.refusals + 1, why } : one,
    ),
  }
}
