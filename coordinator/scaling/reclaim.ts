// Instances that count against the limit and do nothing: their workers never came, or are away for good.

import { type Action, type Decision, decision, type Looking, tell } from './decision.ts'
import { backedOff } from './pool-state.ts'
import type { Instance } from './signals.ts'

/** Instances whose workers never came, or have been away for as long as a start may take. */
export function lostInstances({ state, policy, signals }: Looking): Instance[] {
  return (signals.instances ?? []).filter(
    ({ region, name }) => (state.missing[`${region}/${name}`] ?? 0) >= policy.startMs,
  )
}

/** Takes them back, a step of them at a time, and leaves their regions alone for a while. */
export function reclaim(looking: Looking, lost: readonly Instance[]): Decision {
  const { state, policy, signals } = looking
  const taken = lost.slice(0, policy.step)
  const regions = [...new Set(taken.map(({ region }) => region))]
  const names = taken.map(({ name }) => name ?? '')
  const reason = `${names.join(', ')} did not join within ${Math.round(policy.startMs / 1000)} s`
  const missing = Object.entries(state.missing).filter(
    ([key]) => !taken.some(({ region, name }) => key === `${region}/${name}`),
  )
  const after = { ...state, missing: Object.fromEntries(missing), said: null }
  const actions: Action[] = taken.map((instance, i) => {
    const here = (signals.instances ?? []).filter(({ region }) => region === instance.region)
    const before = taken.slice(0, i).filter(({ region }) => region === instance.region)
    return { kind: 'reclaim', instance, leave: here.length - before.length - 1 }
  })
  const places = Object.fromEntries(
    regions.map((region) => [region, taken.filter((one) => one.region === region).length]),
  )
  return decision(
    looking,
    backedOff(after, regions, policy),
    [tell('reclaim', reason, { places })],
    actions,
  )
}
