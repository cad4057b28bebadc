// What nodeops asks a coordinator about its workers, and tells them through it: over REST, with an operator's key.
import Type from 'typebox'
import Value from 'typebox/value'
import { type Bound, TargetError } from '../target.ts'

export type FleetWorker = {
  id: string
  name: string
  connected: boolean
  /** Told to take nothing new, by whomever. */
  draining: boolean
  /** Of this moment: leases that it runs, and results that only it has. */
  unfinished: number
  /** By the coordinator's clock. */
  seenMs: number
}

/** All throw TargetError when nobody answers or it is refused, and the signal's reason. */
export type FleetCalls = {
  /** Those of a region that are enrolled, connected or not. */
  workers: (region: string, bound: Bound) => Promise<FleetWorker[]>
  /** Gives it nothing new, and returns it as it was then. Null when there is no such worker any more. */
  drain: (id: string, bound: Bound) => Promise<FleetWorker | null>
  /** Takes the drain back; a worker that is gone is fine. */
  resume: (id: string, bound: Bound) => Promise<void>
}

export type FleetAddress = { url: string; apiKey: string }

const ASK_MS = 10_000
const PAGE = 100
const PAGES_MAX = 100

const Worker = Type.Object({
  worker_id: Type.String(),
  name: Type.String(),
  state: Type.String(),
  connected: Type.Boolean(),
  busy_slots: Type.Integer(),
  load: Type.Object({ unacknowledged: Type.Optional(Type.Integer()) }),
  last_seen: Type.Union([Type.String(), Type.Null()]),
})
const Workers = Type.Object({ workers: Type.Array(Worker), total: Type.Integer() })

/** Nothing is asked before a call is made. */
export function createFleetCalls({ url, apiKey }: FleetAddress): FleetCalls {
  const base = url.replace(/\/+$/, '')
  const ask = async (method: string, path: string, { signal }: Bound): Promise<unknown> => {
    signal.throwIfAborted()
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)])
    try {
      const reply = await fetch(`${base}${path}`, {
        method,
        headers: { 'X-API-Key': apiKey },
        signal: limit,
      })
      // One that is gone or revoked has nothing to end.
      if (method === 'POST' && (reply.status === 404 || reply.status === 409)) return null
      if (reply.ok) return await reply.json()
      throw refused(`it answered ${reply.status} to ${method} ${path}`)
    } catch (cause) {
      signal.throwIfAborted()
      if (cause instanceof TargetError) throw cause
      throw refused(`it does not answer at ${base}`, cause)
    }
  }
  const one = (json: unknown): FleetWorker => workerOf(checked(Worker, json))
  return {
    workers: async (region, bound) => {
      const found: FleetWorker[] = []
      for (let page = 1; page <= PAGES_MAX; page++) {
        const query = new URLSearchParams({ region, page: `${page}`, page_size: `${PAGE}` })
        const json = await ask('GET', `/api/workers?${query.toString()}`, bound)
        const { workers, total } = checked(Workers, json)
        found.push(...workers.filter(({ state }) => state !== 'revoked').map(workerOf))
        if (workers.length === 0 || page * PAGE >= total) break
      }
      return found
    },
    drain: async (id, bound) => {
      const json = await ask('POST', `/api/workers/${encodeURIComponent(id)}/drain`, bound)
      return json === null ? null : one(json)
    },
    resume: async (id, bound) => {
      await ask('POST', `/api/workers/${encodeURIComponent(id)}/resume`, bound)
    },
  }
}

const workerOf = (worker: Type.Static<typeof Worker>): FleetWorker => ({
  id: worker.worker_id,
  name: worker.name,
  connected: worker.connected,
  draining: worker.state === 'draining',
  unfinished: worker.busy_slots + (worker.load.unacknowledged ?? 0),
  seenMs: Date.parse(worker.last_seen ?? '') || 0,
})

function checked<T extends Type.TSchema>(schema: T, json: unknown): Type.Static<T> {
  if (Value.Check(schema, json)) return json as Type.Static<T>
  throw refused('what answers there is not one of this release')
}

/** Of a coordinator that cannot be asked. */
export const refused = (why: string, cause?: unknown): TargetError =>
  new TargetError(
    'failed',
    `what workers hold cannot be asked of their coordinator: ${why}`,
    'Repeat it; or set NODEOPS_DRAIN_SECONDS=0: workers then end by SIGTERM alone, and hand back what they have not begun.',
    { cause },
  )
