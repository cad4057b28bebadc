// The workers of the stack: each in its region, with a folder for its identity and, the first time, a token.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type NodeProcessOptions, nodeLaunch } from './node-process.ts'
import type { StackPlan } from './stack-plan.ts'
import type { ChildSpec } from './supervise.ts'

const ASK_MS = 5_000

export type WorkerDeps = {
  plan: StackPlan
  apiKey: string
  processes: NodeProcessOptions
}

/** Asks the coordinators in turn; the first that answers counts. */
async function ask<T>({ plan, apiKey }: WorkerDeps, call: string, init: RequestInit): Promise<T> {
  let failure: unknown
  for (const { url } of plan.coordinators) {
    try {
      const reply = await fetch(`${url}${call}`, {
        ...init,
        headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(ASK_MS),
      })
      if (reply.ok) return (await reply.json()) as T
      failure = new Error(`${call} answered ${reply.status}: ${await reply.text()}`)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function newToken(deps: WorkerDeps, region: string): Promise<string> {
  const body = JSON.stringify({ region, trust: 'trusted' })
  const { token } = await ask<{ token: string }>(deps, '/api/enrollment-tokens', {
    method: 'POST',
    body,
  })
  return token
}

type ListedWorker = { name: string; connected: boolean; connected_at: string | null }

/** When the worker of this name connected, if it is connected now. */
async function connectedAt(deps: WorkerDeps, name: string): Promise<string | null> {
  const { workers } = await ask<{ workers: ListedWorker[] }>(deps, '/api/workers', {})
  return workers.find((worker) => worker.name === name && worker.connected)?.connected_at ?? null
}

/** A worker that is enrolled has its membership in its folder; a token would be wasted on it. */
function isEnrolled(folder: string): boolean {
  const file = path.join(folder, 'identity.json')
  if (!existsSync(file)) return false
  const { membership } = JSON.parse(readFileSync(file, 'utf8')) as { membership?: unknown }
  return Boolean(membership)
}

/** One spec per worker; ready when the coordinator lists it as connected. */
export function workerSpecs(deps: WorkerDeps): ChildSpec[] {
  return deps.plan.workers.map(({ name, region, threads }) => {
    const folder = path.join(deps.plan.dataDir, 'workers', name)
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
        const token = isEnrolled(folder) ? {} : { SYNDATA_TOKEN: await newToken(deps, region) }
        const launch = { env: { ...env, ...token } }
        return nodeLaunch({ role: 'worker', name }, launch, deps.processes)
      },
      isReady: async () => {
        const since = await connectedAt(deps, name)
        return since !== null && since !== before
      },
    }
  })
}
