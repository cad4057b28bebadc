// What Prometheus reads of work that waits, runs long or was lost, out of Postgres as the rest of it.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { Sql } from './database/database.ts'

type Work = {
  waiting: number
  running: number
  held_up: number
  oldest_seconds: number | null
  untold: number
}

const WORK = `
  select (select count(*) from leases where cardinality(worker_ids) = 0)::int as waiting,
    (select count(*) from leases where cardinality(worker_ids) > 0)::int as running,
    (select count(*) from jobs where waiting_reason is not null and deleted_at is null
      and status in ('pending', 'generating'))::int as held_up,
    (select extract(epoch from max(now() - started_at)) from jobs
      where status = 'generating' and kind = 'generate' and deleted_at is null)::float8 as oldest_seconds,
    (select count(*) from outbox where attempts > 1)::int as untold`

export function workMetrics(registry: Registry): (sql: Sql) => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const leases = gauge('syndata_leases', 'Leases that wait for a worker, or run on one', ['state'])
  const heldUp = gauge('syndata_jobs_waiting', 'Jobs that wait for a worker which fits')
  const oldest = gauge('syndata_job_running_seconds_max', 'How long the oldest running job runs')
  const untold = gauge(
    'syndata_outbox_untold',
    'Decisions that Temporal was told in vain, and is told again',
  )
  const refreshFleet = fleetMetrics(registry)
  return async (sql) => {
    await refreshFleet(sql)
    const [work] = await sql.query<Work>(WORK)
    leases.set({ state: 'waiting' }, work?.waiting ?? 0)
    leases.set({ state: 'running' }, work?.running ?? 0)
    heldUp.set(work?.held_up ?? 0)
    oldest.set(work?.oldest_seconds ?? 0)
    untold.set(work?.untold ?? 0)
  }
}

type FleetRow = { region: string; busy: number; memory_ratio: number | null; lost: number }

const FLEET = `
  select region, coalesce(sum((load ->> 'busy_slots')::int) filter (where coordinator_id is not null), 0)::int as busy,
    max((load ->> 'memory_bytes')::float8 / nullif((load ->> 'memory_total_bytes')::float8, 0))
      filter (where coordinator_id is not null) as memory_ratio,
    sum(leases_lost)::bigint as lost
  from workers group by region`

function fleetMetrics(registry: Registry): (sql: Sql) => Promise<void> {
  const registers = [registry]
  const labelNames = ['region']
  const busy = new Gauge({
    name: 'syndata_worker_slots_busy',
    help: 'Slots of connected workers that run a lease',
    ...{ labelNames, registers },
  })
  const memory = new Gauge({
    name: 'syndata_worker_memory_ratio_max',
    help: 'Memory of the fullest connected worker, of its machine’s',
    ...{ labelNames, registers },
  })
  const lost = new Counter({
    name: 'syndata_leases_lost_total',
    help: 'Leases whose worker vanished without a goodbye',
    ...{ labelNames, registers },
  })
  return async (sql) => {
    const rows = await sql.query<FleetRow>(FLEET)
    for (const metric of [busy, memory, lost]) metric.reset()
    for (const row of rows) {
      const { region } = row
      busy.set({ region }, row.busy)
      memory.set({ region }, row.memory_ratio ?? 0)
      lost.inc({ region }, Number(row.lost))
    }
  }
}
