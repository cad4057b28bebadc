// The fleet of this replica put together: streams, slots, leases, liveness. Activities open leases here; queues
// ask it for room.

import type { Logger } from 'pino'
import { AppError } from '#engine/errors.ts'
import type { Hello, UploadRequest } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { versionOf, versionText } from '#proto/protocol.ts'
import type { Database } from '../database/database.ts'
import type { Notifications } from '../database/notifications.ts'
import type { Committer } from '../ledger/commit.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { findLease, type LeaseRow } from '../ledger/leases.ts'
import { createPending, type Pending } from '../pending.ts'
import { FLEET, type LeaseWork } from '../workflows/policies.ts'
import { type Assignments, createAssignments } from './assignments.ts'
import type { Completion } from './completion.ts'
import { cancelLeases, workerGone, workerSuspect } from './departures.ts'
import { createHand } from './hand.ts'
import { handOver } from './hand-over.ts'
import { createInputGrants } from './input-grants.ts'
import type { Lease } from './lease.ts'
import { LeaseBook, type LeaseDeps } from './lease-book.ts'
import { watchLiveness } from './liveness.ts'
import { type ConnectedWorker, createRegistry, type Registry } from './registry.ts'
import { type SessionDeps, serveWorker, type WorkerStream } from './session.ts'
import { createBeginTraining, pauseTrainings } from './trainings.ts'
import {
  findWorker,
  recordConnected,
  recordDisconnected,
  recordLoads,
  type WorkerRow,
} from './worker-rows.ts'

const LOADS_EVERY_MS = 5_000
const TICK_MS = 500

export type FleetDeps = {
  database: Database
  notifications: Notifications
  committer: Committer
  completion: Completion
  specs: JobSpecs
  log: Logger
  authenticate(hello: Hello, nonce: Uint8Array): Promise<WorkerRow>
  signUploads(request: UploadRequest): Promise<{ url: string; headers: Record<string, string> }[]>
  refused(peer: string, hello: Hello | null, error: AppError): void
  report: LeaseDeps['report']
  isStored: LeaseDeps['isStored']
  resultRefused: LeaseDeps['resultRefused']
  repeated: LeaseDeps['repeated']
  reported: SessionDeps['reported']
}

export type FleetOptions = {
  coordinatorId: string
  uploadKey: Buffer
  /** Where workers put parts; empty when they ask for presigned URLs. */
  partsUrl: string
  partMaxBytes: number
  /** Where workers read the private files of their leases. */
  inputsUrl: string
  /** Errors after which a chunk is given up; the ledger's own number when not set. */
  errorsMax?: number
}

export type Fleet = {
  /** Handler of FleetService.Connect. */
  connect(stream: WorkerStream): Promise<void>
  startLease(row: LeaseRow, work: { spec: JobSpec; missing: readonly number[] }): void
  /** Slots that such a lease could take now and nothing waits for. */
  room(lease: { work: LeaseWork; regions: readonly string[] }): number
  onRoom(listener: () => void): void
  registry: Registry
  leases: LeaseBook
  /**
   * Gives back the leases that no worker has, and ends every stream in order: workers connect to another replica, which
   * adopts what they run.
   */
  close(options: { timeoutMs: number }): Promise<void>
}

export function createFleet(deps: FleetDeps, options: FleetOptions): Fleet {
  const { database, log } = deps
  const registry = createRegistry()
  const [hands, sessions] = [createPending(), createPending()]
  let leaving = false
  const listeners = new Set<() => void>()
  const onRoom = () => {
    for (const listener of listeners) listener()
  }
  const hand = createHand({
    sql: database,
    uploadKey: options.uploadKey,
    partsUrl: options.partsUrl,
    partMaxBytes: options.partMaxBytes,
    grantInputs: createInputGrants({ key: options.uploadKey, baseUrl: options.inputsUrl }),
    beginTraining: createBeginTraining({ sql: database, isStored: deps.isStored, log }),
    onFailed(worker, lease, error) {
      log.warn({ err: error, leaseId: lease.row.id }, 'assignment not recorded')
      worker.leases.delete(lease.row.id)
      const isKnown = error instanceof AppError && error.code === 'conflict'
      leases.giveBack(lease, isKnown ? error.message : 'the database did not answer')
      onRoom()
    },
  })
  const queue = createAssignments(
    registry,
    (...given) => void hands.add(hand(...given)),
    (lease) => leases.settle(lease),
  )
  const assignments = { ...queue, pump: () => (leaving ? undefined : queue.pump()) }
  const { coordinatorId } = options
  const leases = new LeaseBook({
    ...deps,
    coordinatorId,
    ...(options.errorsMax !== undefined && { errorsMax: options.errorsMax }),
    assignments,
    onRoom,
    cancel: (workerId, leaseId, { checkpoint } = { checkpoint: false }) =>
      registry.get(workerId)?.send({
        case: 'cancelLease',
        value: { leaseId, reason: checkpoint ? 'paused' : 'not wanted', checkpoint },
      }),
  })
  const session = sessionDeps(deps, options, {
    ...{ registry, leases, onRoom },
    pending: sessions,
    leaving: () => leaving,
  })
  const stops = [
    watch(deps, { registry, leases, onRoom }),
    every(TICK_MS, () => tick(deps, { registry, leases, assignments })),
    every(LOADS_EVERY_MS, () => void flushLoads(deps, registry)),
    deps.notifications.on('cancel', (jobId) => cancelLeases(leases, jobId)),
    deps.notifications.on('pause', (jobId) => {
      pauseTrainings(leases, jobId).catch((error: unknown) =>
        log.warn({ err: error, jobId }, 'training not paused'),
      )
    }),
    deps.notifications.on('fleet', (workerId) => {
      void applyState(deps, registry, workerId).then(onRoom)
    }),
  ]
  return {
    connect: (stream) => sessions.add(serveWorker(session, stream)),
    startLease: (row, work) => leases.open(row, work),
    room: (lease) =>
      leaving ? 0 : registry.freeSlots(lease) - assignments.count() - leases.beginning,
    onRoom: (listener) => void listeners.add(listener),
    registry,
    leases,
    async close(limits) {
      leaving = true
      for (const stop of stops) stop()
      await flushLoads(deps, registry)
      await handOver({ registry, leases, hands, sessions }, limits)
    },
  }
}

function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms)
  return () => clearInterval(timer)
}

type Parts = { registry: Registry; leases: LeaseBook; onRoom: () => void }
type SessionParts = Parts & { pending: Pending; leaving: () => boolean }

function sessionDeps(deps: FleetDeps, options: FleetOptions, parts: SessionParts): SessionDeps {
  const { database, log } = deps
  const { coordinatorId } = options
  return {
    ...parts,
    log,
    authenticate: (hello, nonce) => deps.authenticate(hello, nonce),
    refused: (peer, hello, error) => deps.refused(peer, hello, error),
    reported: () => deps.reported(),
    signUploads: (worker, request) =>
      worker.leases.has(request.leaseId) ? deps.signUploads(request) : Promise.resolve([]),
    async connected(worker, hello) {
      await recordConnected(database, worker, { coordinatorId, machine: hello.machine })
      log.info(
        {
          workerId: worker.id,
          region: worker.region,
          protocol: versionText(versionOf(hello.protocol)),
        },
        'worker connected',
      )
    },
    async disconnected(worker, { lost }) {
      if (!parts.registry.remove(worker)) return
      const held = worker.leases.size
      log.info({ workerId: worker.id, region: worker.region, lost, leases: held }, 'worker gone')
      if (!parts.leaving()) {
        reportGone(deps, parts.leases, worker, lost)
        await workerGone(parts.leases, worker, { lost })
      }
      const row = { coordinatorId, leasesLost: lost && !parts.leaving() ? held : 0 }
      await recordDisconnected(database, worker, row).catch((error: unknown) =>
        log.warn({ err: error, workerId: worker.id }, 'disconnection not recorded'),
      )
    },
  }
}

function reportGone(
  deps: FleetDeps,
  leases: LeaseBook,
  worker: ConnectedWorker,
  lost: boolean,
): void {
  for (const id of worker.leases) {
    const lease = leases.get(id)
    if (!lease) continue
    const how = lost ? 'is lost' : 'left'
    deps.report(
      lease.row.jobId,
      'warn',
      `worker ${worker.name} (${worker.region}) ${how}; its lease moves on`,
      {
        worker_id: worker.id,
        region: worker.region,
        table: lease.row.tableNo,
        from_chunk: lease.row.from,
        to_chunk: lease.row.to,
      },
    )
  }
}

function watch(deps: FleetDeps, { registry, leases, onRoom }: Parts): () => void {
  const watcher = watchLiveness(registry, {
    onSuspect(worker) {
      deps.log.warn({ workerId: worker.id }, 'worker is silent')
      workerSuspect(leases, worker)
    },
    onBack(worker) {
      deps.log.info({ workerId: worker.id }, 'worker is heard again')
      onRoom()
    },
    onLost: (worker) => worker.close(),
  })
  return () => watcher.stop()
}

type Ticking = { registry: Registry; leases: LeaseBook; assignments: Assignments }

/** Heartbeats of leases, and leases that wait here in vain. */
function tick(deps: FleetDeps, { leases, assignments }: Ticking): void {
  const nowMs = performance.now()
  assignments.pump()
  for (const lease of assignments.takeHopeless(nowMs - FLEET.returnAfterMs))
    leases.giveBack(lease, 'no worker of this replica fits')
  for (const lease of leases.all()) {
    const dueMs = Math.max(lease.startedMs, lease.lastHeartbeatMs) + FLEET.leaseHeartbeatMs
    if (nowMs < dueMs) continue
    lease.lastHeartbeatMs = nowMs
    void heartbeat(deps, leases, lease)
  }
}

/** A lease that nobody waits for is forgotten: its workers finish what they have, which the ledger takes all the same. */
async function heartbeat(deps: FleetDeps, leases: LeaseBook, lease: Lease): Promise<void> {
  const answer = await deps.completion.heartbeat(lease.row)
  if (answer === 'cancelled' || answer === 'paused') return leases.forget(lease)
  if (answer !== 'gone') return
  const row = await findLease(deps.database, lease.row.id).catch(() => undefined)
  if (row === null) leases.forget(lease)
  else if (row && !row.taskToken.equals(lease.row.taskToken)) lease.row = row
}

async function flushLoads({ database, log }: FleetDeps, registry: Registry): Promise<void> {
  const workers = [...registry.all()].filter(({ suspect }) => !suspect)
  if (workers.length === 0) return
  await recordLoads(database, workers).catch((error: unknown) =>
    log.warn({ err: error }, 'loads not recorded'),
  )
}

/** Drain, resume and revoke are written to the table by whichever replica was asked. '' means all. */
async function applyState(deps: FleetDeps, registry: Registry, workerId: string): Promise<void> {
  const workers = [...registry.all()].filter(({ id }) => workerId === '' || id === workerId)
  for (const worker of workers) {
    const row = await findWorker(deps.database, worker.id).catch(() => undefined)
    if (row === undefined) continue
    if (row === null || row.state === 'revoked') {
      worker.close({ code: 'worker_revoked', message: 'This worker was revoked.' })
      continue
    }
    const draining = row.state === 'draining'
    if (draining !== worker.draining) worker.send({ case: 'drain', value: { draining } })
    worker.draining = draining
  }
}
