// What Prometheus reads. Counts of jobs, rows and chunks come from Postgres at each scrape: every replica shows the
// whole installation, so take one of them, not their sum. What process-metrics.ts has is the replica's own.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Sql } from './database/database.ts'
import { type ProcessMetrics, processMetrics } from './process-metrics.ts'
import { scalingMetrics } from './scaling/metrics.ts'
import { workMetrics } from './work-metrics.ts'

export type Metrics = ProcessMetrics & {
  /** The text to answer a scrape with. */
  read(): Promise<{ contentType: string; body: string }>
}

type Totals = { rows: number; chunks: number; retries: number; reassigned: number }

export function createMetrics(sql: Sql): Metrics {
  const registry = new Registry()
  const ofProcess = processMetrics(registry)
  const refreshers = [totals, jobs, workers, durations, workMetrics, scalingMetrics].map((create) =>
    create(registry),
  )
  return {
    ...ofProcess,
    async read() {
      await Promise.all(refreshers.map((refresh) => refresh(sql)))
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}

/** Jobs that were deleted stay counted: their figures are kept when their rows go. */
const TOTALS = `
  select (select coalesce(sum(rows_done), 0) from job_tables)::bigint + d.rows as rows,
    (select coalesce(sum(chunks_done), 0) from job_tables)::bigint + d.chunks as chunks,
    (select coalesce(sum(retries), 0) from jobs)::bigint + d.retries as retries,
    (select coalesce(sum(reassigned), 0) from jobs)::bigint + d.reassigned as reassigned
  from (select coalesce(sum(rows), 0)::bigint as rows, coalesce(sum(chunks), 0)::bigint as chunks,
    coalesce(sum(retries), 0)::bigint as retries, coalesce(sum(reassigned), 0)::bigint as reassigned
    from deleted_totals) d`

function totals(registry: Registry): (sql: Sql) => Promise<void> {
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] })
  const counters = {
    rows: counter('syndata_rows_generated_total', 'Rows in committed chunks'),
    chunks: counter('syndata_chunks_completed_total', 'Committed chunks'),
    retries: counter('syndata_chunk_retries_total', 'Attempts after a chunk failed'),
    reassigned: counter('syndata_leases_reassigned_total', 'Leases moved to another worker'),
  }
  return async (sql) => {
    const [row] = await sql.query<Totals>(TOTALS)
    for (const [name, metric] of Object.entries(counters)) {
      metric.reset()
      metric.inc(Number(row?.[name as keyof Totals] ?? 0))
    }
  }
}

const ENDS = ['completed', 'failed', 'cancelled']

/** A retry takes the end before it back: what tells of failures is the gauge. */
function jobs(registry: Registry): (sql: Sql) => Promise<void> {
  const labelNames = ['status']
  const registers = [registry]
  const ended = new Counter({
    name: 'syndata_jobs_total',
    help: 'Jobs that have ended, deleted ones included',
    ...{ labelNames, registers },
  })
  const now = new Gauge({
    name: 'syndata_jobs',
    help: 'Jobs by status, deleted ones included',
    ...{ labelNames, registers },
  })
  return async (sql) => {
    const rows = await sql.query<{ status: string; jobs: number }>(
      `select status, sum(jobs)::bigint as jobs from (
         select status, count(*) as jobs from jobs group by status
         union all select status, jobs from deleted_totals
         union all select unnest(array['pending', 'generating', 'paused', 'completed', 'failed', 'cancelled']), 0
       ) s group by status`,
    )
    for (const metric of [ended, now]) metric.reset()
    for (const { status, jobs } of rows) {
      now.set({ status }, Number(jobs))
      if (ENDS.includes(status)) ended.inc({ status }, Number(jobs))
    }
  }
}

function workers(registry: Registry): (sql: Sql) => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const count = gauge('syndata_workers', 'Workers by region and state', ['region', 'state'])
  const slots = gauge('syndata_worker_slots', 'Slots of connected workers', ['region'])
  return async (sql) => {
    const rows = await sql.query<{ region: string; state: string; workers: number; slots: number }>(
      `select region, case when state = 'active' and coordinator_id is null then 'disconnected' else state end as state,
         count(*)::int as workers, (sum(slots) filter (where coordinator_id is not null))::int as slots
       from workers group by 1, 2`,
    )
    count.reset()
    slots.reset()
    for (const { region, state, workers, slots: free } of rows) {
      count.set({ region, state }, workers)
      slots.inc({ region }, free ?? 0)
    }
  }
}

const DURATIONS_MAX = 10_000

/** Observes each job once, at the first scrape after its end; those that ended before this process are left out. */
function durations(registry: Registry): (sql: Sql) => Promise<void> {
  const histogram = new Histogram({
    name: 'syndata_generation_duration_seconds',
    help: 'From a job’s start to its completion',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400],
    registers: [registry],
  })
  let since = new Date()
  return async (sql) => {
    const rows = await sql.query<{ finished_at: Date; seconds: number }>(
      `select finished_at, extract(epoch from finished_at - started_at)::float8 as seconds from jobs
       where status = 'completed' and started_at is not null and date_trunc('milliseconds', finished_at) > $1
       order by finished_at limit $2`,
      [since, DURATIONS_MAX],
    )
    for (const { seconds } of rows) histogram.observe(seconds)
    since = rows.at(-1)?.finished_at ?? since
  }
}
