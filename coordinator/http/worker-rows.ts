// Workers and regions as operators see them, read from Postgres: whichever replica holds their streams.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { AppError } from '#engine/errors.ts'
import { REGIONS } from '#settings/regions.ts'

export type WorkerState = 'active' | 'draining' | 'revoked'
export type WorkerAction = 'drain' | 'resume' | 'revoke'

export type WorkerRow = {
  id: string
  name: string
  region: string
  trust: 'trusted' | 'community'
  state: WorkerState
  connected: boolean
  machine: { gpus?: unknown[] } & Record<string, unknown>
  engine_version: string
  slots: number
  busy: number
  load: Record<string, unknown>
  rows_per_second: number | null
  chunks_done: number
  chunks_failed: number
  leases_lost: number
  enrolled_at: Date
  connected_at: Date | null
  last_seen: Date | null
}

const SELECT = `select w.id, w.name, w.region, w.trust, w.state, w.coordinator_id is not null as connected, w.machine,
  w.engine_version, w.slots, coalesce((w.load ->> 'busy_slots')::int, 0) as busy, w.load, w.rows_per_second,
  w.chunks_done, w.chunks_failed, w.leases_lost, w.enrolled_at, w.connected_at, w.last_seen from workers w`

export type WorkerFilter = {
  region: string | null
  state: WorkerState | null
  limit: number
  offset: number
}

/** Connected ones first, then by name. */
export async function listWorkers(
  sql: Sql,
  { region, state, limit, offset }: WorkerFilter,
): Promise<{ rows: WorkerRow[]; total: number }> {
  const where = 'where ($1::text is null or w.region = $1) and ($2::text is null or w.state = $2)'
  const rows = await sql.query<WorkerRow>(
    `${SELECT} ${where} order by connected desc, w.name, w.id limit $3 offset $4`,
    [region, state, limit, offset],
  )
  const [count] = await sql.query<{ total: number }>(
    `select count(*) as total from workers w ${where}`,
    [region, state],
  )
  return { rows, total: count?.total ?? 0 }
}

/** Throws `not_found`. */
export async function readWorker(sql: Sql, id: string): Promise<WorkerRow> {
  const [row] = await sql.query<WorkerRow>(`${SELECT} where w.id = $1`, [id])
  if (row === undefined) throw new AppError('not_found', 'There is no such worker.')
  return row
}

const NEXT: Record<WorkerAction, WorkerState> = {
  drain: 'draining',
  resume: 'active',
  revoke: 'revoked',
}

/**
 * The replica that holds the worker's stream is told. Repeating an action is fine; a revoked worker stays revoked:
 * `conflict` for anything else with it.
 */
export function changeWorker(
  database: Database,
  id: string,
  action: WorkerAction,
): Promise<WorkerRow> {
  return database.transaction(async (sql) => {
    const [worker] = await sql.query<{ state: WorkerState }>(
      'select state from workers where id = $1 for no key update',
      [id],
    )
    if (worker === undefined) throw new AppError('not_found', 'There is no such worker.')
    if (worker.state === 'revoked' && action !== 'revoke') {
      throw new AppError(
        'conflict',
        'The worker is revoked; enrol the machine again with a new token.',
      )
    }
    await sql.query('update workers set state = $2 where id = $1', [id, NEXT[action]])
    await notify(sql, 'fleet', id)
    return readWorker(sql, id)
  })
}

export type RegionView = {
  region: string
  workers: number
  connected: number
  draining: number
  slots: number
  busy: number
  /** Why a lease would wait here; null when a slot is free. */
  full_because: string | null
}

type RegionRow = Omit<RegionView, 'full_because'>

/** Every known region, and any other that has workers. */
export async function readRegions(sql: Sql): Promise<RegionView[]> {
  const rows = await sql.query<RegionRow>(
    `select r.region, count(w.id)::int as workers,
       (count(w.id) filter (where w.coordinator_id is not null))::int as connected,
       (count(w.id) filter (where w.coordinator_id is not null and w.state = 'draining'))::int as draining,
       coalesce(sum(w.slots) filter (where w.coordinator_id is not null and w.state = 'active'), 0)::int as slots,
       coalesce(sum((w.load ->> 'busy_slots')::int) filter (where w.coordinator_id is not null), 0)::int as busy
     from (select unnest($1::text[]) as region union select region from workers) r
     left join workers w on w.region = r.region and w.state <> 'revoked'
     group by r.region order by r.region`,
    [[...REGIONS]],
  )
  return rows.map((row) => ({ ...row, full_because: fullBecause(row) }))
}

function fullBecause({ workers, connected, draining, slots, busy }: RegionRow): string | null {
  if (workers === 0) return 'No worker is enrolled here.'
  if (connected === 0) return 'No worker is connected.'
  if (slots === 0)
    return draining > 0 ? 'All connected workers are draining.' : 'No worker has slots.'
  return busy >= slots ? `All ${slots} slots are busy.` : null
}

export type WaitingJob = { job_id: string; reason: string }

/** Jobs that wait for workers, oldest first; at most 100. */
export function readWaitingJobs(sql: Sql): Promise<WaitingJob[]> {
  return sql.query<WaitingJob>(
    `select id as job_id, waiting_reason as reason from jobs
     where waiting_reason is not null and status in ('pending', 'generating') and deleted_at is null
     order by created_at limit 100`,
  )
}
