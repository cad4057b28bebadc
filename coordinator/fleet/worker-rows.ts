// The workers table as the fleet sees it: who may connect, where each stream ends, and what it last reported.

import type { Machine } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Sql } from '../database/database.ts'
import type { Trust } from './placement.ts'
import type { ConnectedWorker } from './registry.ts'

export type WorkerRow = {
  id: string
  name: string
  public_key: Buffer
  region: string
  trust: Trust
  state: 'active' | 'draining' | 'revoked'
  rows_per_second: number | null
}

export async function findWorker(sql: Sql, id: string): Promise<WorkerRow | null> {
  const rows = await sql.query<WorkerRow>(
    'select id, name, public_key, region, trust, state, rows_per_second from workers where id = $1',
    [id],
  )
  return rows[0] ?? null
}

/** JSON-able: what the API shows of a machine. */
export const machineJson = (machine: Machine | undefined): Record<string, unknown> => ({
  cores: machine?.cores ?? 0,
  memory_bytes: Number(machine?.memoryBytes ?? 0),
  gpus: (machine?.gpus ?? []).map(({ name, memoryBytes, driver }) => ({
    name,
    memory_bytes: Number(memoryBytes),
    driver,
  })),
  os: machine?.os ?? '',
  arch: machine?.arch ?? '',
  runtimes: machine?.runtimes ?? {},
})

export async function recordConnected(
  sql: Sql,
  worker: ConnectedWorker,
  { coordinatorId, machine }: { coordinatorId: string; machine: Machine | undefined },
): Promise<void> {
  await sql.query(
    `update workers set coordinator_id = $2, connected_at = now(), last_seen = now(), slots = $3,
       machine = $4, engine_version = $5 where id = $1`,
    [worker.id, coordinatorId, worker.slots, machineJson(machine), worker.engineVersion],
  )
}

export async function recordDisconnected(
  sql: Sql,
  worker: ConnectedWorker,
  { coordinatorId, leasesLost }: { coordinatorId: string; leasesLost: number },
): Promise<void> {
  await sql.query(
    `update workers set coordinator_id = case when coordinator_id = $2 then null else coordinator_id end,
       last_seen = now(), leases_lost = leases_lost + $3 where id = $1`,
    [worker.id, coordinatorId, leasesLost],
  )
}

/**
 * One statement for all workers of this replica. Only this counts their chunks, so that commits, which hold locks of
 * jobs, take none of workers.
 */
export async function recordLoads(sql: Sql, workers: readonly ConnectedWorker[]): Promise<void> {
  const taken = workers.map(({ chunksTaken }) => chunksTaken)
  await sql.query(
    `update workers w set last_seen = now(), load = i.load, rows_per_second = i.rate, chunks_done = chunks_done + i.taken
     from unnest($1::text[], $2::jsonb[], $3::float8[], $4::int[]) as i(id, load, rate, taken) where w.id = i.id`,
    [
      workers.map(({ id }) => id),
      workers.map(loadJson),
      workers.map(({ rowsPerSecond }) => rowsPerSecond),
      taken,
    ],
  )
  for (const [i, worker] of workers.entries()) worker.chunksTaken -= taken[i] ?? 0
}

const loadJson = ({ load, leases }: ConnectedWorker): string =>
  JSON.stringify({
    cpu: load.cpu,
    memory_bytes: load.memoryBytes,
    memory_total_bytes: load.memoryTotalBytes,
    unacknowledged: load.unacknowledged,
    busy_slots: leases.size,
  })
