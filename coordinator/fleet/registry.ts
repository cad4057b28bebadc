// The workers whose streams this replica holds, and how much room they have.

import type { MessageInitShape } from '@bufbuild/protobuf'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { ConnectResponseSchema } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { LeaseWork } from '../workflows/policies.ts'
import { roomOn, type Trust, type WorkerView } from './placement.ts'

type ToWorker = NonNullable<MessageInitShape<typeof ConnectResponseSchema>['message']>

/** What a load report says of a worker's machine. */
export type Load = {
  cpu: number
  memoryBytes: number
  memoryTotalBytes: number
  /** Results that it holds until we have them. */
  unacknowledged: number
}

export type ConnectedWorker = {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly trust: Trust
  readonly engineVersion: string
  readonly gpus: number
  readonly runtimeClass: string
  readonly slots: number
  draining: boolean
  suspect: boolean
  /** We ended its stream and said why: that is no loss. */
  refused: boolean
  lastHeardMs: number
  load: Load
  rowsPerSecond: number | null
  /** Chunks of its that the ledger took since they were last written down. */
  chunksTaken: number
  /** Leases on it, each in a slot. */
  readonly leases: Set<string>
  /** Those that train a model were among its leases when they came; some may be over. */
  readonly trainings: Set<string>
  /** Spec digests that this stream has carried. */
  readonly specs: Set<string>
  /** Aborted when the stream is over. */
  readonly signal: AbortSignal
  send(message: ToWorker): void
  /** Ends the stream, with a refusal the worker can read. */
  close(refusal?: { code: string; message: string }): void
}

export type Registry = {
  add(worker: ConnectedWorker): void
  /** Removes exactly this stream's worker; false when a newer stream took its place. */
  remove(worker: ConnectedWorker): boolean
  get(id: string): ConnectedWorker | undefined
  all(): IterableIterator<ConnectedWorker>
  views(): WorkerView[]
  /** Jobs of these engines are under way: workers of them count as room beside those of this release's. */
  wantEngines(versions: Iterable<string>): void
  /** Free slots on workers of these regions (any when empty) that run an engine which is wanted, for such leases. */
  freeSlots(lease: { work: LeaseWork; regions: readonly string[] }): number
}

export function createRegistry(): Registry {
  const workers = new Map<string, ConnectedWorker>()
  let engines = new Set([ENGINE_VERSION])
  return {
    add: (worker) => void workers.set(worker.id, worker),
    remove: (worker) => workers.get(worker.id) === worker && workers.delete(worker.id),
    get: (id) => workers.get(id),
    all: () => workers.values(),
    views: () => [...workers.values()].map(viewOf),
    wantEngines(versions) {
      engines = new Set([ENGINE_VERSION, ...versions])
    },
    freeSlots({ work, regions }) {
      let free = 0
      for (const worker of workers.values()) {
        if (worker.draining || worker.suspect || !engines.has(worker.engineVersion)) continue
        if (regions.length > 0 && !regions.includes(worker.region)) continue
        if (work === 'train.gpu' && worker.gpus === 0) continue
        free += Math.max(0, roomOn(viewOf(worker), work !== 'generate'))
      }
      return free
    },
  }
}

const viewOf = (worker: ConnectedWorker): WorkerView => ({
  id: worker.id,
  region: worker.region,
  trust: worker.trust,
  engineVersion: worker.engineVersion,
  gpus: worker.gpus,
  runtimeClass: worker.runtimeClass,
  slots: worker.slots,
  busy: worker.leases.size,
  trainings: [...worker.trainings].filter((id) => worker.leases.has(id)).length,
  draining: worker.draining,
  suspect: worker.suspect,
  rowsPerSecond: worker.rowsPerSecond,
})
