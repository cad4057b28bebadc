// What one start of the stack consists of: its options with defaults, and the address of everything in it.
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { REGIONS } from '#settings/regions.ts'
import { choosePorts, type PortWish } from './ports.ts'

export type Role =
  | 'postgres'
  | 'temporal'
  | 'arweave'
  | 'coordinator'
  | 'parts'
  | 'worker'
  | 'scheduler'

export type StackOptions = {
  /** Where all state lives; made if need be. A second start on it goes on where the first stopped. */
  dataDir: string
  /** Default 4. */
  workers?: number
  /** Default 1. */
  coordinators?: number
  /** Default 0, any port. A port above 0 is the REST port; the well-known ports serve for the rest. */
  port?: number
  /** Says nothing but what goes to `say`. */
  say?: (line: string) => void
  /** Further environment by role or, stronger, by process name. */
  env?: Record<string, Record<string, string>>
  /** The address of a running Temporal, in place of one of our own. */
  temporal?: string
  /** A database in place of one of our own. */
  databaseUrl?: string
  /** Told every address before anything runs: for what stands between processes. */
  onPlan?: (plan: StackPlan) => void
  /** Aborted while it starts or later, the stack stops in order. */
  signal?: AbortSignal
  /** Other programs for roles, as script paths; tests use it. */
  entries?: Partial<Record<Role, string>>
}

export type StackPlan = {
  dataDir: string
  workers: { name: string; region: string; threads: number }[]
  coordinators: { name: string; port: number; fleetPort: number; url: string }[]
  partsPort: number
  ipfsPort: number
  arweavePort: number
  schedulerPort: number
  postgresPort: number
  temporalPort: number
  temporalUiPort: number
  restUrl: string
  partsUrl: string
  arweaveUrl: string
  temporalAddress: string
  temporalUiUrl: string
  /** Comma separated, as processes want them. */
  fleetAddresses: string
}

const numbered = (role: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${role}-${index + 1}`)

/** Wishes for well-known ports when the REST port is given, for any ports otherwise. */
function wishesOf(rest: number, coordinators: string[]): PortWish[] {
  const wish = (name: string, port: number): PortWish => ({ name, port: rest === 0 ? 0 : port })
  return [
    ...coordinators.map((name, index) => wish(name, rest + index)),
    ...coordinators.map((name, index) => wish(`${name} fleet`, 7443 + index)),
    wish('parts', rest + 50),
    wish('scheduler', rest + 60),
    wish('ipfs', 4001),
    wish('arweave', 1984),
    wish('postgres', 54_320),
    wish('temporal', 7233),
    wish('temporal-ui', 8233),
  ]
}

/** Fixes names and ports for one start. */
export async function planStack(options: StackOptions): Promise<StackPlan> {
  const { dataDir, say = () => undefined, temporal } = options
  const coordinatorNames = numbered('coordinator', options.coordinators ?? 1)
  const workerNames = numbered('worker', options.workers ?? 4)
  const wishes = wishesOf(options.port ?? 0, coordinatorNames)
  const port = await choosePorts(wishes, { dataDir, say })
  const local = (name: string): string => `http://127.0.0.1:${port(name)}`
  const threads = Math.max(1, Math.floor(availableParallelism() / Math.max(1, workerNames.length)))
  const coordinators = coordinatorNames.map((name) => ({
    name,
    port: port(name),
    fleetPort: port(`${name} fleet`),
    url: local(name),
  }))
  return {
    dataDir: path.resolve(dataDir),
    coordinators,
    workers: workerNames.map((name, index) => ({
      name,
      // One region per worker, round robin.
      region: REGIONS[index % REGIONS.length] ?? REGIONS[0],
      threads,
    })),
    partsPort: port('parts'),
    ipfsPort: port('ipfs'),
    arweavePort: port('arweave'),
    schedulerPort: port('scheduler'),
    postgresPort: port('postgres'),
    temporalPort: port('temporal'),
    temporalUiPort: port('temporal-ui'),
    restUrl: coordinators[0]?.url ?? '',
    partsUrl: local('parts'),
    arweaveUrl: local('arweave'),
    temporalAddress: temporal ?? `127.0.0.1:${port('temporal')}`,
    temporalUiUrl: process.env['TEMPORAL_UI_URL'] ?? local('temporal-ui'),
    fleetAddresses: coordinators.map(({ fleetPort }) => `127.0.0.1:${fleetPort}`).join(','),
  }
}
