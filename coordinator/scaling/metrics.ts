// The autoscaler's share of what Prometheus reads, out of Postgres as the rest of it.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { Sql } from '../database/database.ts'
import type { Figures } from './signals.ts'

type PoolRow = { pool: string; figures: Figures; min: number; max: number }
type TotalRow = { pool: string; action: string; decisions: number; workers: number }

/** Pools are there once they were looked at. */
export function scalingMetrics(registry: Registry): (sql: Sql) => Promise<void> {
  const gauge = (name: string, help: string, more: string[] = []) =>
    new Gauge({ name, help, labelNames: ['pool', ...more], registers: [registry] })
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['pool', 'action'], registers: [registry] })
  const size = gauge('syndata_scaling_workers', 'Workers as the autoscaler counts them', ['state'])
  const limit = gauge('syndata_scaling_limit', 'Fewest and most workers of the pool', ['limit'])
  const load = gauge('syndata_scaling_load_ratio', 'Mean CPU and memory of its workers', ['of'])
  const queue = gauge('syndata_scaling_queue', 'Leases that no worker has')
  const provider = gauge('syndata_scaling_provider_up', 'Whether what runs its workers answers')
  const decisions = counter('syndata_scaling_decisions_total', 'What the autoscaler decided')
  const moved = counter('syndata_scaling_workers_total', 'Workers that decisions were about')
  return async (sql) => {
    const pools = await sql.query<PoolRow>('select pool, figures, min, max from scaling_pools')
    for (const metric of [size, limit, load, queue, provider, decisions, moved]) metric.reset()
    for (const { pool, figures, min, max } of pools) {
      for (const state of ['active', 'pending', 'total'] as const)
        size.set({ pool, state }, figures[state])
      limit.set({ pool, limit: 'min' }, min)
      limit.set({ pool, limit: 'max' }, max)
      if (figures.cpu !== null) load.set({ pool, of: 'cpu' }, figures.cpu)
      if (figures.memory !== null) load.set({ pool, of: 'memory' }, figures.memory)
      provider.set({ pool }, Number(figures.answers))
      if (figures.queue !== null) queue.set({ pool }, figures.queue)
    }
    const totals = await sql.query<TotalRow>(
      'select pool, action, decisions, workers from scaling_totals',
    )
    for (const { pool, action, decisions: times, workers } of totals) {
      decisions.inc({ pool, action }, Number(times))
      moved.inc({ pool, action }, Number(workers))
    }
  }
}
