// The workers of the stack: each in its region, with a folder for its identity and, the first time, a token.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { CoordinatorCalls } from './coordinator-calls.ts'
import { type NodeProcessOptions, nodeLaunch } from './node-process.ts'
import type { StackPlan } from './stack-plan.ts'
import type { ChildSpec } from './supervise.ts'

/** A token is used within seconds; one that was not is worth nothing soon. */
const TOKEN_SECONDS = 600
/** What a worker gives itself to finish what it has begun is less. */
const STOP_MS = 15_000

export type WorkerDeps = {
  plan: StackPlan
  calls: CoordinatorCalls
  processes: NodeProcessOptions
}

export type WorkerPlan = StackPlan['workers'][number]

async function newToken({ calls }: WorkerDeps, region: string): Promise<string> {
  const body = { region, trust: 'trusted', expires_in_seconds: TOKEN_SECONDS }
  const made = await calls.ask<{ token: string }>('/api/enrollment-tokens', {
    method: 'POST',
    body,
  })
  return made.token
}

type ListedWorker = { name: string; connected: boolean; connected_at: string | null }

/** When the worker of this name connected, if it is connected now. */
async function connectedAt({ calls }: WorkerDeps, name: string): Promise<string | null> {
  const { workers } = await calls.ask<{ workers: ListedWorker[] }>('/api/workers')
  return workers.find((worker) => worker.name === name && worker.connected)?.connected_at ?? null
}

/** Where the worker keeps who it is. */
export const workerFolder = (dataDir: string, name: string): string =>
  path.join(dataDir, 'workers', name)

/** The id that the coordinators gave it; null before it is enrolled. */
export function enrolledId(folder: string): string | null {
  const file = path.join(folder, 'identity.json')
  if (!existsSync(file)) return null
  const { membership } = JSON.parse(readFileSync(file, 'utf8')) as {
    membership?: { workerId?: string } | null
  }
  return membership ? (membership.workerId ?? '') : null
}

/** The spec of one worker; ready when a coordinator lists it as connected. */
export function workerSpec(deps: WorkerDeps, { name, region, threads }: WorkerPlan): ChildSpec {
  const folder = workerFolder(deps.plan.dataDir, name)
  const env = {
    SYNDATA_COORDINATOR: deps.plan.fleetAddresses,
    SYNDATA_REGION: region,
    SYNDATA_WORKER_DIR: folder,
    SYNDATA_WORKER_NAME: name,
    SYNDATA_THREADS: String(threads),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
  }
  // A process that died may still be listed for a moment: only a later connection is that of the next one.
  let before: string | null = null
  return {
    name,
    role: 'worker',
    region,
    stage: 2,
    launch: async () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      before = await connectedAt(deps, name).catch(() => null)
      // A worker that is enrolled has its membership in its folder; a token would be wasted on it.
      const token =
        enrolledId(folder) === null ? { SYNDATA_TOKEN: await newToken(deps, region) } : {}
      const launch = { env: { ...env, ...token } }
      return nodeLaunch({ role: 'worker', name }, launch, deps.processes)
    },
    isReady: async () => {
      const since = await connectedAt(deps, name)
      return since !== null && since !== before
    },
    stopMs: STOP_MS,
  }
}
