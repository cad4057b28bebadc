// One look at the fleet for the autoscaler: workers and waiting leases in one query, backlogs from Temporal, bounded.

import type { Sql } from '../database/database.ts'
import type { JobKind } from '../jobs/job-kind.ts'
import { COORDINATOR, type LeaseWork, leaseQueue } from '../workflows/policies.ts'
import type { Pool } from './settings.ts'
import type { QueueSignal, WorkerSignal } from './signals.ts'

export type Seen = {
  workers: WorkerSignal[]
  queues: QueueSignal[] | null
  reachable: boolean
  nowMs: number
}

type Deps = {
  sql: Sql
  backlogs: (queues: readonly string[]) => Promise<Map<string, number> | null>
}

/** Kinds of jobs and the sets of regions that they name: of four regions there are fifteen. */
const REGION_SETS_MAX = 30
const WORKERS_MAX = 5_000

type Row = {
  workers: Stored[] | null
  waiting: { kind: JobKind; regions: string[]; leases: number }[] | null
  sets: { kind: JobKind; regions: string[] }[] | null
  reachable: boolean
  now_ms: number
}

type Stored = {
  id: string
  name: string
  region: string
  state: 'active' | 'draining'
  connected: boolean
  gpus: number
  cores: number | null
  slots: number
  load: {
    cpu?: number
    memory_bytes?: number
    memory_total_bytes?: number
    unacknowledged?: number
  }
  leases: number
  trainings: number
  connected_ms: number | null
  seen_ms: number | null
}

/** Of workers that are away only those that were told to leave. */
const LOOK = `
  with held as (
    select unnest(l.worker_ids) as worker_id, count(*)::int as leases from leases l group by 1
  ), training as (
    select l.worker_ids[cardinality(l.worker_ids)] as worker_id, count(*)::int as trainings
    from leases l join jobs j on j.id = l.job_id where j.kind = 'train' group by 1
  ), seen as (
    select w.id, w.name, w.region, w.state, w.coordinator_id is not null as connected,
      jsonb_array_length(coalesce(w.machine->'gpus', '[]')) as gpus,
      (w.machine->>'cores')::int as cores, w.slots, w.load,
      coalesce(h.leases, 0) as leases, coalesce(t.trainings, 0) as trainings,
      extract(epoch from w.connected_at)::float8 * 1000 as connected_ms,
      extract(epoch from w.last_seen)::float8 * 1000 as seen_ms
    from workers w left join held h on h.worker_id = w.id left join training t on t.worker_id = w.id
    where w.state <> 'revoked' and (w.coordinator_id is not null or w.state = 'draining')
    order by w.coordinator_id is null, w.id limit $1
  ), open as (
    select id, kind, regions from jobs
    where status in ('pending', 'generating') and deleted_at is null
  ), waiting as (
    select o.kind, o.regions, count(*)::int as leases from leases l join open o on o.id = l.job_id
    where cardinality(l.worker_ids) = 0 group by 1, 2
  ), sets as (
    select distinct kind, regions from open order by kind, regions limit $2
  )
  select (select json_agg(seen) from seen) as workers, (select json_agg(waiting) from waiting) as waiting,
    (select json_agg(sets) from sets) as sets,
    exists (select 1 from coordinators where last_seen > now() - make_interval(secs => $3)) as reachable,
    extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`

/** Times are the database's, so that it does not matter which scheduler looks. */
export async function look({ sql, backlogs }: Deps): Promise<Seen> {
  const [row] = await sql.query<Row>(LOOK, [
    WORKERS_MAX,
    REGION_SETS_MAX,
    COORDINATOR.deadAfterMs / 1000,
  ])
  const {
    workers,
    waiting,
    sets,
    reachable = false,
    now_ms: nowMs = 0,
  } = row ?? ({} as Partial<Row>)
  const queues = queuesOf(sets ?? [])
  const found = await backlogs([...new Set(queues.map(({ name }) => name))])
  const here = (waiting ?? []).flatMap(({ kind, regions, leases }) =>
    POOLS_OF[kind === 'train' ? 'train.cpu' : 'generate'].map((pool) => ({
      pool,
      regions,
      waiting: leases,
    })),
  )
  const there = queues.map(({ name, pool, regions }) => ({
    pool,
    regions,
    waiting: found?.get(name) ?? 0,
  }))
  return {
    workers: (workers ?? []).map((stored) => signalOf(stored)),
    queues: found === null ? null : [...there, ...here].filter((queue) => queue.waiting > 0),
    reachable,
    nowMs,
  }
}

const WORKS: Record<JobKind, LeaseWork[]> = {
  generate: ['generate'],
  train: ['train.cpu', 'train.gpu'],
}

/** Workers with a GPU take trainings of either queue, and are not added for rows. */
const POOLS_OF: Record<LeaseWork, Pool[]> = {
  generate: ['cpu'],
  'train.cpu': ['cpu', 'gpu'],
  'train.gpu': ['gpu'],
}

type Queue = { name: string; pool: Pool; regions: string[] }

const queuesOf = (sets: readonly { kind: JobKind; regions: string[] }[]): Queue[] =>
  sets.flatMap(({ kind, regions }) =>
    WORKS[kind].flatMap((work) =>
      POOLS_OF[work].map((pool) => ({ name: leaseQueue(regions, work), pool, regions })),
    ),
  )

/**
 * Of its CPU a worker may use as many cores as it has slots. A training computes in a process of its own, which its
 * worker does not measure: it counts as a slot that is busy.
 */
function signalOf({ gpus, cores, slots, load, ...stored }: Stored): WorkerSignal {
  const usable = Math.max(1, Math.min(cores ?? slots, slots))
  const total = load.memory_total_bytes ?? 0
  const used = (load.cpu ?? 0) * Math.max(1, cores ?? slots) + stored.trainings
  return {
    id: stored.id,
    name: stored.name,
    region: stored.region,
    state: stored.state,
    connected: stored.connected,
    pool: gpus > 0 ? 'gpu' : 'cpu',
    cpu: load.cpu === undefined ? null : Math.min(1, used / usable),
    memory: total > 0 ? Math.min(1, (load.memory_bytes ?? 0) / total) : null,
    leases: stored.leases,
    trainings: stored.trainings,
    unacknowledged: load.unacknowledged ?? 0,
    connectedMs: stored.connected_ms ?? 0,
    seenMs: stored.seen_ms ?? 0,
  }
}
