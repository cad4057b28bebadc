// Decides about the size of a pool: what was seen and what is remembered in, what to do, what to remember and what to
// say out. Nothing here waits, calls or reads a clock.

import { type Decision, decision, hold, type Looking, placesOf, tell } from './decision.ts'
import {
  aged,
  backedOff,
  connectedBy,
  floorOf,
  idsLeaving,
  moved,
  type PoolState,
  regionsShort,
} from './pool-state.ts'
import { lostInstances, reclaim } from './reclaim.ts'
import { progressOf } from './removal.ts'
import type { Policy } from './settings.ts'
import { figuresOf, type PoolSignals, unserved, whyDown, whyUp } from './signals.ts'
import { chooseLeaving, placesFor } from './spread.ts'
import { verify } from './verify.ts'

/** The pool must be one of the policy's. */
export function decide(signals: PoolSignals, before: PoolState, policy: Policy): Decision {
  const pool = policy.pools[signals.pool] ?? { min: 0, max: 0, regions: [] }
  const figures = figuresOf(signals, idsLeaving(before))
  const state = aged(before, { signals, figures, policy })
  const looking = { signals, state, policy, pool, figures }
  switch (state.phase) {
    case 'adding':
      return verify(looking)
    case 'removing':
      return goOn(looking)
    case 'cooling':
      return cool(looking)
    case 'steady':
      return look(looking)
  }
}

/** A look comes a little early or late: half a tick does not matter. */
const lasted = (ms: number, { tickMs }: Policy, wantedMs: number): boolean =>
  ms + tickMs / 2 >= wantedMs

/** While workers cannot connect, or are about to again, a queue says nothing. */
function isHot({ state, figures, policy, signals }: Looking): boolean {
  if (!signals.reachable || (figures.active === 0 && figures.pending > 0)) return false
  return whyUp(figures, policy) !== null && lasted(state.hotMs, policy, policy.upAfterMs)
}

/** Between two steps: what should follow is said at once and done afterwards. */
function cool(looking: Looking): Decision {
  const { state, policy } = looking
  if (state.stepMs >= policy.coolDownMs) return decision(looking, moved(state, 'cooled'))
  return isHot(looking)
    ? hold(looking, 'more workers are wanted, and the last step is too young')
    : decision(looking, state)
}

function look(looking: Looking): Decision {
  const { state, policy, pool, figures, signals } = looking
  const wish = wishOf(looking)
  if (signals.instances === null)
    return wish ? hold(looking, 'the provider does not answer') : quiet(looking)
  const lost = lostInstances(looking)
  if (lost.length > 0) return reclaim(looking, lost)
  if (figures.total > pool.max)
    return shrink(looking, figures.total - pool.max, `${pool.max} workers are allowed`)
  if (wish) return grow(looking, wish)
  const calm = state.stepMs >= policy.coolDownMs
  const why = whyDown(figures, policy)
  if (calm && why !== null && lasted(state.coldMs, policy, policy.downAfterMs)) {
    // The last one stays while anything waits.
    const floor = Math.max(floorOf(policy, signals), figures.queue === 0 ? 0 : 1)
    const count = Math.min(bearable(looking), figures.active - floor)
    if (count > 0) return shrink(looking, count, why)
  }
  return quiet(looking)
}

const quiet = (looking: Looking): Decision => decision(looking, { ...looking.state, said: null })

type Wish = { count: number; why: string }

/** How many more there should be, and why; null when there are enough. */
function wishOf(looking: Looking): Wish | null {
  const { signals, state, policy, pool, figures } = looking
  const isLow = lasted(state.lowMs, policy, policy.upAfterMs)
  const floor = floorOf(policy, signals)
  const short = Math.max(
    floor - figures.active - figures.pending,
    ...regionsShort(policy, signals, idsLeaving(state)).map(() => 1),
  )
  if (short > 0 && isLow) return { count: short, why: `below the ${floor} that the pool keeps` }
  if (isHot(looking)) return { count: policy.step, why: whyUp(figures, policy) ?? '' }
  const regions = unserved(signals, pool.regions)
  if (regions.length === 0 || !isLow) return null
  return { count: 1, why: `leases wait for ${regions.join(', ')}, where no worker is` }
}

function grow(looking: Looking, { count, why }: Wish): Decision {
  const { signals, state, policy, pool, figures } = looking
  const room = pool.max - figures.total
  if (room <= 0) return hold(looking, `${pool.max} workers are there, which is the limit`)
  const places = placesFor(Math.min(count, policy.step, room), { signals, state, pool })
  if (Object.keys(places).length === 0)
    return hold(looking, 'every region is left alone after failures')
  const step = { asked: places, before: connectedBy(signals), refused: {} }
  const told = tell('add', why, { places })
  return decision(looking, { ...moved(state, 'grow'), step }, [told], [{ kind: 'add', places }])
}

/**
 * The most that may go at once so that the load of all does not put the rest over the upper thresholds; of a pool that
 * does nothing, all of it.
 */
function bearable({ figures, policy, signals }: Looking): number {
  const { active, cpu, memory } = figures
  const isIdle = signals.workers.every(({ leases }) => leases === 0)
  if (isIdle && active <= policy.step) return active
  for (let count = Math.min(policy.step, active - 1); count > 0; count--) {
    const factor = active / (active - count)
    if ((cpu ?? 1) * factor < policy.up.cpu && (memory ?? 1) * factor < policy.up.memory)
      return count
  }
  return 0
}

function shrink(looking: Looking, count: number, why: string): Decision {
  const { signals, state, policy, pool } = looking
  const leaving = chooseLeaving(Math.min(count, policy.step), { signals, state, pool })
  if (leaving.length === 0) return hold(looking, 'no worker can leave without loss')
  const workers = leaving.flatMap((one) => one.workers)
  const told = tell('remove', why, { places: placesOf(leaving), workers })
  const after = { ...moved(state, 'shrink'), leaving }
  return decision(looking, after, [told], [{ kind: 'drain', workers }])
}

/** The workers that leave, one look further. */
function goOn(looking: Looking): Decision {
  const { state, policy } = looking
  const progress = progressOf(state, { ...looking, hot: isHot(looking) })
  const { leaving, actions, gone, kept, troubled } = progress
  const told = kept.map((one) =>
    tell('kept', one.why ?? 'it goes on', { places: placesOf([one]), workers: one.workers }),
  )
  if (gone.length > 0) {
    const workers = gone.flatMap((one) => one.workers)
    told.push(tell('removed', 'drained and shut down', { places: placesOf(gone), workers }))
  }
  const regions = [...new Set(troubled.map(({ region }) => region))]
  const after = backedOff({ ...state, leaving }, regions, policy)
  return decision(looking, leaving.length === 0 ? moved(after, 'settled') : after, told, actions)
}
