// Workers behind a control door: the supervisor's of this machine, on its socket, or one of an operator's, over HTTPS.
// docs/operations.md has the calls.

import Type from 'typebox'
import Value from 'typebox/value'
import { AppError } from '#engine/errors.ts'
import { CONTROL, type Service } from '#proto/control-api.ts'
import { type Control, ControlError, createControl } from '#proto/control-client.ts'
import { type CallOptions, createCaller, type Send } from './call.ts'
import type { Provider } from './provider.ts'

/** A door answers at once; the end of a worker takes longer and goes on without us. */
const ANSWER_MS = 5_000
const STOP_MS = 2_000
/** The worker has been drained already. */
const DRAIN_TIMEOUT_MS = 30_000

type Listed = Pick<Service, 'name' | 'kind' | 'region' | 'state'>
type Workers = Pick<Control, 'addWorkers' | 'removeWorker'> & {
  services(bound: { signal: AbortSignal }): Promise<Listed[]>
}

/** `gpu`: of the GPU pool. */
function createControlProvider(name: string, door: Workers, { gpu }: { gpu: boolean }): Provider {
  const within = (signal: AbortSignal, ms: number) => ({
    signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]),
  })
  return {
    name,
    async list({ signal }) {
      const services = await said(name, signal, () => door.services(within(signal, ANSWER_MS)))
      const workers = services.filter(({ kind, state }) => kind === 'worker' && state !== 'stopped')
      return workers.flatMap(({ name: worker, region }) =>
        region === undefined ? [] : [{ name: worker, region }],
      )
    },
    async add(workers, { signal }) {
      const wanted = gpu ? { ...workers, gpu } : workers
      await said(name, signal, () => door.addWorkers(wanted, within(signal, ANSWER_MS)))
    },
    async stop({ instance }, { signal }) {
      if (instance === null) throw new AppError('infrastructure', `${name} stops workers by name`)
      const limit = within(signal, STOP_MS)
      const options = { drainTimeoutMs: DRAIN_TIMEOUT_MS, ...limit }
      await said(name, signal, () => door.removeWorker(instance, options)).catch(
        (error: unknown) => {
          const { cause } = error as Error
          const isGone = cause instanceof ControlError && cause.status === 404
          const isUnderWay = limit.signal.aborted && !signal.aborted
          if (!isGone && !isUnderWay) throw error
        },
      )
    },
  }
}

/** Failures as providers have them. */
async function said<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof AppError) throw cause
    const isRefusal = cause instanceof ControlError && cause.status >= 400 && cause.status < 500
    throw isRefusal
      ? new AppError('infrastructure', `${name}: ${cause.message}`, { cause })
      : new AppError('unavailable', `${name} does not answer`, { cause })
  }
}

export const createLocalProvider = (socket: string, pool: { gpu: boolean }): Provider =>
  createControlProvider('local', createControl({ socket }), pool)

const Services = Type.Object({
  services: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.String(),
      region: Type.Optional(Type.String()),
      state: Type.Enum(['starting', 'running', 'failing', 'draining', 'stopped']),
    }),
    { maxItems: 5_000 },
  ),
})
const Ids = Type.Object({ ids: Type.Array(Type.String()) })

type WebhookDeps = { send: Send; secret: () => Promise<string> }

/** The same calls at `url`, with a bearer secret that is looked up for each. */
export function createWebhookProvider(
  url: string,
  { send, secret }: WebhookDeps,
  { gpu, ...options }: { gpu: boolean } & CallOptions,
): Provider {
  const base = url.replace(/\/+$/, '')
  const reasonOf = (json: unknown) => {
    const message = (json as { message?: unknown } | null)?.message
    return typeof message === 'string' ? message : null
  }
  const call = createCaller('webhook', { send, reasonOf }, options)
  const headers = async () => ({ authorization: `Bearer ${await secret()}` })
  const door: Workers = {
    async services(bound) {
      const url = base + CONTROL.services
      return checked(Services, await call({ method: 'GET', url, headers: await headers() }, bound))
        .services
    },
    async addWorkers(workers, bound) {
      const request = { method: 'POST', url: base + CONTROL.workers, body: workers } as const
      return checked(Ids, await call({ ...request, headers: await headers() }, bound)).ids
    },
    async removeWorker(id, { drainTimeoutMs, signal }) {
      const path = `${CONTROL.workers}/${encodeURIComponent(id)}?drainTimeoutMs=${drainTimeoutMs}`
      const request = { method: 'DELETE', url: base + path, also: [404] } as const
      await call({ ...request, headers: await headers() }, { signal })
      return { id, drained: true }
    },
  }
  return createControlProvider('webhook', door, { gpu })
}

function checked<T extends Type.TSchema>(schema: T, json: unknown): Type.Static<T> {
  if (Value.Check(schema, json)) return json as Type.Static<T>
  throw new AppError('infrastructure', 'webhook answered what the protocol does not have')
}
