// One look of the autoscaler at every pool: see, decide, write down, then do. Whoever runs it holds the leader's lock on
// the connection that it writes on: a scheduler that lost the lock cannot write, so it does nothing.

import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { Action, Decision } from './decision.ts'
import { changeWorkers } from './drains.ts'
import type { Seen } from './look.ts'
import { decide } from './policy.ts'
import type { PoolState } from './pool-state.ts'
import type { Provider } from './providers/provider.ts'
import { readPool, recordPool } from './records.ts'
import { POOLS, type Policy, type Pool } from './settings.ts'
import type { Instance, PoolSignals } from './signals.ts'
import { whenNotStopped, whenRefused } from './verify.ts'

export type AutoscalerDeps = {
  look: (sql: Sql) => Promise<Seen>
  providers: Readonly<Partial<Record<Pool, Provider>>>
  policy: Policy
  log: Logger
}

type Bound = { signal: AbortSignal }

/** Rejects when the database does not take it; what providers fail in is in the record. */
export function createAutoscaler(deps: AutoscalerDeps) {
  return async (sql: Sql, bound: Bound): Promise<void> => {
    const seen = await deps.look(sql)
    for (const pool of POOLS) {
      const provider = deps.providers[pool]
      if (deps.policy.pools[pool] && provider)
        await lookAt(deps, { sql, pool, provider, seen }, bound)
    }
  }
}

type Looking = { sql: Sql; pool: Pool; provider: Provider; seen: Seen }

async function lookAt(deps: AutoscalerDeps, looking: Looking, bound: Bound): Promise<void> {
  const { sql, pool, provider, seen } = looking
  const instances = await provider.list(bound).catch((error: unknown) => {
    bound.signal.throwIfAborted()
    deps.log.debug({ err: error, pool, provider: provider.name }, 'the provider does not answer')
    return null
  })
  const signals = signalsOf(pool, seen, instances)
  const decided = decide(signals, await readPool(sql, pool), deps.policy)
  await record(deps, looking, decided)
  const done = await Promise.all(decided.actions.map((action) => act(deps, looking, action, bound)))
  const state = done.reduce((before, change) => change(before), decided.state)
  if (state !== decided.state) await record(deps, looking, { ...decided, state, told: [] })
}

/** A worker of another pool answers for its instance too. */
function signalsOf(pool: Pool, seen: Seen, instances: Instance[] | null): PoolSignals {
  const others = new Set(
    seen.workers
      .filter((worker) => worker.connected && worker.pool !== pool)
      .map(({ region, name }) => `${region}/${name}`),
  )
  return {
    pool,
    workers: seen.workers.filter((worker) => worker.pool === pool),
    queues: seen.queues?.filter((queue) => queue.pool === pool) ?? null,
    instances: instances?.filter(({ region, name }) => !others.has(`${region}/${name}`)) ?? null,
    reachable: seen.reachable,
    nowMs: seen.nowMs,
  }
}

async function record(
  { policy, log }: AutoscalerDeps,
  { sql, pool }: Looking,
  { state, figures, told }: Pick<Decision, 'state' | 'figures' | 'told'>,
): Promise<void> {
  const settings = policy.pools[pool]
  if (!settings) return
  await recordPool(sql, { pool, settings, state, figures, told })
  for (const { action, reason, places, workers } of told)
    log.info({ pool, action, places, workers, figures }, `scaling: ${action}: ${reason}`)
}

/** What came of it, for the state to remember. */
type Change = (state: PoolState) => PoolState
const unchanged: Change = (state) => state

/** All of a decision is done at once: nothing of it depends on another part. */
async function act(
  { log }: AutoscalerDeps,
  { sql, pool, provider }: Looking,
  action: Action,
  bound: Bound,
): Promise<Change> {
  const refused = (error: unknown): string => {
    bound.signal.throwIfAborted()
    log.warn({ err: error, pool, provider: provider.name }, `${action.kind} refused`)
    return (error as Error).message
  }
  switch (action.kind) {
    case 'drain':
    case 'resume':
      await changeWorkers(sql, action.workers, action.kind)
      return unchanged
    case 'add': {
      const places = Object.entries(action.places)
      const changes = places.map(async ([region, count]): Promise<Change> => {
        const why = await provider.add({ region, count }, bound).catch(refused)
        return why === undefined ? unchanged : (state) => whenRefused(state, region, why)
      })
      const done = await Promise.all(changes)
      return (state) => done.reduce((before, change) => change(before), state)
    }
    case 'stop': {
      const { region, instance, leave } = action.leaving
      const why = await provider.stop({ region, instance, leave }, bound).catch(refused)
      return why === undefined ? unchanged : (state) => whenNotStopped(state, action.leaving, why)
    }
    case 'reclaim': {
      const { region, name } = action.instance
      await provider.stop({ region, instance: name, leave: action.leave }, bound).catch(refused)
      return unchanged
    }
  }
}
