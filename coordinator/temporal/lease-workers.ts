// Temporal workers for lease queues: one for rows of any region, and others for trainings and for each set of regions
// that a job asks for, made when the first such job appears.

import { type NativeConnection, Worker } from '@temporalio/worker'
import type { Logger } from 'pino'
import { mapFailures } from '../activities/failure.ts'
import type { Database } from '../database/database.ts'
import type { Notifications } from '../database/notifications.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { LeaseSlotSupplier } from '../fleet/slot-supplier.ts'
import type { JobKind } from '../jobs/job-kind.ts'
import type { LeaseActivities } from '../workflows/activity-types.ts'
import { type LeaseWork, leaseQueue, QUEUES, readLeaseQueue } from '../workflows/policies.ts'
import type { RunningWorker } from './job-workers.ts'
import { nonActivitySlots } from './tuner.ts'

const WORKS: Record<JobKind, LeaseWork[]> = {
  generate: ['generate'],
  train: ['train.cpu', 'train.gpu'],
}

type Deps = {
  connection: NativeConnection
  namespace: string
  database: Database
  notifications: Notifications
  fleet: Fleet
  activities: LeaseActivities
  log: Logger
  onFatal: (error: unknown) => void
}

/** A job keeps the engine that it was submitted under: after an upgrade, workers of the release before finish it. */
async function wantEngines({ database, fleet }: Pick<Deps, 'database' | 'fleet'>): Promise<void> {
  const rows = await database.query<{ engine_version: string }>(
    `select distinct engine_version from jobs
     where status in ('pending', 'generating', 'paused') and deleted_at is null`,
  )
  fleet.registry.wantEngines(rows.map((row) => row.engine_version))
}

export async function createLeaseWorkers(deps: Deps): Promise<RunningWorker> {
  const workers = new Map<string, Promise<{ worker: Worker; run: Promise<void> }>>()
  const running = new Set<Worker>()
  const suppliers = new Set<LeaseSlotSupplier>()
  const activities = mapFailures({ ...deps.activities })

  async function open(queue: string): Promise<{ worker: Worker; run: Promise<void> }> {
    const supplier = new LeaseSlotSupplier(() => deps.fleet.room(readLeaseQueue(queue)))
    const worker = await Worker.create({
      connection: deps.connection,
      namespace: deps.namespace,
      taskQueue: queue,
      activities,
      tuner: { ...nonActivitySlots(), activityTaskSlotSupplier: supplier },
      shutdownGraceTime: '5s',
      shutdownForceTime: '10s',
    })
    suppliers.add(supplier)
    running.add(worker)
    const run = worker.run()
    run.catch(deps.onFatal)
    return { worker, run }
  }

  function ensure(queue: string): void {
    if (workers.has(queue)) return
    const opening = open(queue)
    workers.set(queue, opening)
    opening.catch((error: unknown) => {
      workers.delete(queue)
      deps.log.warn({ err: error, queue }, 'lease queue not polled')
    })
  }

  async function ensureAll(): Promise<void> {
    await wantEngines(deps)
    const rows = await deps.database.query<{ kind: JobKind; regions: string[] }>(
      `select distinct kind, regions from jobs
       where status in ('pending', 'generating', 'paused') and (cardinality(regions) > 0 or kind <> 'generate')`,
    )
    for (const { kind, regions } of rows)
      for (const work of WORKS[kind]) ensure(leaseQueue(regions, work))
  }

  const refresh = () =>
    void ensureAll().catch((error: unknown) => deps.log.warn({ err: error }, 'queues not read'))
  deps.fleet.onRoom(() => {
    for (const supplier of suppliers) supplier.wake()
  })
  const stop = deps.notifications.on('outbox', refresh)
  ensure(QUEUES.leases)
  await workers.get(QUEUES.leases)
  refresh()
  return {
    isPolling: () => running.size > 0 && [...running].every((one) => one.getState() === 'RUNNING'),
    async close() {
      stop()
      const opened = await Promise.allSettled(workers.values())
      const open = opened.filter((result) => result.status === 'fulfilled')
      for (const { value } of open) value.worker.shutdown()
      await Promise.allSettled(open.map(({ value }) => value.run))
    },
  }
}
