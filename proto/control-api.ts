// What a door speaks that adds and removes workers: the supervisor's own (over a unix socket) and those of operators
// (over HTTPS). docs/operations.md has it in words.

export type ServiceState = 'starting' | 'running' | 'failing' | 'draining' | 'stopped'

export type Service = {
  /** Unique; of a worker it is the id that removing takes, and the name that coordinators list it under. */
  name: string
  /** `coordinator`, `worker`, `postgres` and so on. */
  kind: string
  region?: string
  /** Null while it does not run, or where it runs elsewhere. */
  pid: number | null
  /** `failing`: several starts in a row did not get ready; it is still tried. */
  state: ServiceState
  restarts: number
  /** RFC 3339, when the state began. */
  since: string
}

export type NewWorkers = {
  region: string
  count: number
  /** Only on a machine that has a GPU. */
  gpu?: boolean
  /** Slots of each; by default as many as the machine has for one more worker. */
  threads?: number
}

/** What became of a worker that was to go. `drained`: it was idle when it was stopped. */
export type Removal = { id: string; drained: boolean }

export const CONTROL = {
  services: '/v1/services',
  workers: '/v1/workers',
  stop: '/v1/stop',
  workersMax: 64,
  drainTimeoutMsMax: 24 * 3_600_000,
  drainTimeoutMs: 60_000,
} as const
