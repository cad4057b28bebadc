// Every timeout, retry count and limit of the control plane, in one place. Imported by workflows: plain values.

import type { LeasePolicy } from './job-plan.ts'

/** One try and three retries, after 5, 10 and 20 seconds. */
const LEASE_RETRY = {
  initialInterval: '5s',
  backoffCoefficient: 2,
  maximumInterval: '20s',
  maximumAttempts: 4,
} as const

/** A lease of chunks on a worker. Heartbeats are sent from its fourth second on, every four. */
export const LEASE = {
  startToCloseTimeout: '1h',
  heartbeatTimeout: '10s',
  cancellationType: 'TRY_CANCEL',
  retry: LEASE_RETRY,
} as const

/** `LEASE` as an operator may set it. */
export const LEASE_DEFAULTS = {
  timeoutMs: 3_600_000,
  retries: 3,
  delayMs: 5_000,
  backoff: 2,
} as const

type LeaseOptions = { readonly startToCloseTimeout: string; readonly retry: object }

/**
 * Options of a lease or a training under a policy. The timeout is of leases that make rows: a training has a day, as each
 * attempt goes on from the last checkpoint. Delays grow twice at most.
 */
export const leaseOptions = <Options extends LeaseOptions>(
  options: Options,
  policy: LeasePolicy | undefined,
) =>
  policy === undefined
    ? options
    : {
        ...options,
        startToCloseTimeout:
          options.startToCloseTimeout === LEASE.startToCloseTimeout
            ? policy.timeoutMs
            : options.startToCloseTimeout,
        retry: {
          initialInterval: policy.delayMs,
          backoffCoefficient: policy.backoff,
          maximumInterval: policy.delayMs * policy.backoff ** 2,
          maximumAttempts: policy.retries + 1,
        },
      }

/** A training on a worker: what a later attempt takes over is its last checkpoint, so that none is too long. */
export const TRAINING = { ...LEASE, startToCloseTimeout: '24h' } as const
/** A GPU that is gone before it is taken: without one, then. */
export const TRAINING_ON_GPU = { ...TRAINING, scheduleToStartTimeout: '30s' } as const

/** Heartbeats of work on stored parts, whatever it does. */
export const STORAGE_HEARTBEAT_MS = 2_000

/** Work on stored parts (merge, hash, publish): repeated for as long as the infrastructure takes to come back. */
export const STORAGE = {
  startToCloseTimeout: '24h',
  heartbeatTimeout: '8s',
  cancellationType: 'TRY_CANCEL',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' },
} as const

/** How often a job makes parts again that the store lost, and the pause before each time but the first. */
export const REMAKES_MAX = 3
export const REMAKE_PAUSE = '10s'

/** Publishing to others may fail for good: after these tries the job fails, its files downloadable. */
export const PUBLISH = {
  startToCloseTimeout: '24h',
  heartbeatTimeout: '8s',
  cancellationType: 'TRY_CANCEL',
  retry: {
    initialInterval: '5s',
    backoffCoefficient: 2,
    maximumInterval: '20s',
    maximumAttempts: 4,
  },
} as const

/** Work on a database of a user's: one that is away longer than some minutes fails the job, which `retry` goes on with. */
export const LOAD = {
  startToCloseTimeout: '24h',
  heartbeatTimeout: '8s',
  cancellationType: 'TRY_CANCEL',
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '20s',
    maximumAttempts: 20,
  },
} as const

/** Short database work inside a workflow task; a database that is away longer is waited for. */
export const RECORD = {
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' },
} as const

/** How long a run waits for a replica that died: for the task it was given, and for the one it had begun. */
export const WORKFLOW_TASK = { stickyTimeout: '2s', timeout: '5s' } as const

export const QUEUES = { workflows: 'generation', storage: 'storage', leases: 'generate' } as const

/** What runs on a lease queue: its leases make rows, or train a model. */
export type LeaseWork = 'generate' | 'train.cpu' | 'train.gpu'
const WORKS: readonly LeaseWork[] = ['train.cpu', 'train.gpu', 'generate']

/** The task queue of leases that may run in these regions; any region when empty. */
export const leaseQueue = (regions: readonly string[], work: LeaseWork = QUEUES.leases): string =>
  regions.length === 0 ? work : `${work}.${[...regions].sort().join('+')}`

/** The reverse of leaseQueue: what its leases do, and the regions whose workers serve it; empty means all. */
export function readLeaseQueue(queue: string): { work: LeaseWork; regions: string[] } {
  const work = WORKS.find((name) => queue.startsWith(name)) ?? QUEUES.leases
  return { work, regions: queue === work ? [] : queue.slice(work.length + 1).split('+') }
}

/** Activities of one shard; a job with no more runs them itself. */
export const SHARD_LEASES = 250
export const SHARDS_AT_ONCE = 4
/** In flight per workflow run: over 48 the server fails workflow tasks. */
export const LANES = 32
/** What a job is cut into: leases of a second, more of them where slots would not end together. */
export const LEASE_SIZE = {
  leaseSeconds: 1,
  leasesPerSlot: 4,
  /** A lease costs some 10 ms of CPU: shorter ones than this are left out as long as each slot has two. */
  leaseSecondsMin: 0.2,
  leasesPerSlotMin: 2,
  leasesMax: 4_000,
} as const
/** Used until a worker's speed has been measured. */
export const ROWS_PER_SECOND_UNKNOWN = 1_000_000

export const PRIORITY_KEYS = { high: 1, normal: 3, low: 5 } as const

export const FLEET = {
  heartbeatIntervalMs: 1_000,
  suspectAfterMs: 3_000,
  lostAfterMs: 10_000,
  /** A lease's heartbeats to Temporal. */
  leaseHeartbeatMs: 4_000,
  /** A lease that no worker of this replica can take goes back to Temporal after this. */
  returnAfterMs: 2_000,
  commitRowsMax: 100,
  commitDelayMaxMs: 20,
  uploadTokenSeconds: 3_900,
  downloadTokenSeconds: 3_900,
  /** As long as an attempt of a training may take, and a checkpoint every five seconds of it. */
  trainingTokenSeconds: 25 * 3_600,
  checkpointsMax: 20_000,
  greetingTimeoutMs: 10_000,
} as const

/** How long a process that is told to stop takes at most, once balancers had time to see it. */
export const STOP = { handOverMs: 5_000, gatewayGraceMs: 2_000, limitMs: 18_000 } as const

/** A replica that has not said so for this long is taken for dead. */
export const COORDINATOR = { heartbeatMs: 2_000, deadAfterMs: 10_000, reconcileMs: 5_000 } as const
