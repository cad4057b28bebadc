// The one client of doors that add and remove workers, on a unix socket or over HTTPS.

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { replyTo } from './bounded-reply.ts'
import { CONTROL, type NewWorkers, type Removal, type Service } from './control-api.ts'

/** A socket's protection is its file mode; a URL's the token. */
export type ControlAddress = { socket: string } | { url: string; token: string }

/** Status 0: nobody answered. `whatToDo` is a whole sentence. */
export class ControlError extends Error {
  readonly status: number
  readonly whatToDo: string

  constructor(message: string, status: number, whatToDo: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ControlError'
    this.status = status
    this.whatToDo = whatToDo
  }
}

type Bound = { signal: AbortSignal }

/** All throw ControlError, or the signal's reason once it aborts. */
export type Control = {
  services(bound: Bound): Promise<Service[]>
  /** Resolves with their ids once they are written down; they start meanwhile. */
  addWorkers(workers: NewWorkers, bound: Bound): Promise<string[]>
  /** Resolves once it is gone; goes on without the caller. Repeating it is fine while it lasts, then 404. */
  removeWorker(id: string, options: { drainTimeoutMs: number } & Bound): Promise<Removal>
  /** Resolves once the service is healthy again. */
  restart(name: string, bound: Bound): Promise<void>
  /** Resolves when the door has heard it; it is over when the door no longer answers. */
  stop(bound: Bound): Promise<void>
}

const REPLY_BYTES_MAX = 4 * 1024 * 1024

export function createControl(address: ControlAddress): Control {
  const call = async (method: string, path: string, { signal }: Bound, body?: object) => {
    const { status, text } = await exchange(address, { method, path, body }, signal)
    const reply = parsed(text)
    if (status >= 200 && status < 300) return reply
    const { message, what_to_do } = reply
    throw new ControlError(
      typeof message === 'string' ? message : `${method} ${path} answered ${status}`,
      status,
      typeof what_to_do === 'string' ? what_to_do : 'Read the log of what answers there.',
    )
  }
  const named = (name: string): string => encodeURIComponent(name)
  return {
    services: async (bound) =>
      ((await call('GET', CONTROL.services, bound)) as { services: Service[] }).services,
    addWorkers: async (workers, bound) =>
      ((await call('POST', CONTROL.workers, bound, workers)) as { ids: string[] }).ids,
    removeWorker: async (id, { drainTimeoutMs, signal }) => {
      const path = `${CONTROL.workers}/${named(id)}?drainTimeoutMs=${drainTimeoutMs}`
      return (await call('DELETE', path, { signal })) as Removal
    },
    restart: async (name, bound) => {
      await call('POST', `${CONTROL.services}/${named(name)}/restart`, bound)
    },
    stop: async (bound) => {
      await call('POST', CONTROL.stop, bound)
    },
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

type Call = { method: string; path: string; body: object | undefined }

function open(address: ControlAddress, { method, path, body }: Call, signal: AbortSignal) {
  const headers = body ? { 'Content-Type': 'application/json' } : {}
  if ('socket' in address) {
    return requestHttp({ socketPath: address.socket, method, path, headers, signal, agent: false })
  }
  const url = new URL(address.url.replace(/\/+$/, '') + path)
  const authorised = { ...headers, Authorization: `Bearer ${address.token}` }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return request(url, { method, headers: authorised, signal, agent: false })
}

async function exchange(
  address: ControlAddress,
  call: Call,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  signal.throwIfAborted()
  const body = call.body && JSON.stringify(call.body)
  try {
    return await replyTo(open(address, call, signal), { body, maxBytes: REPLY_BYTES_MAX })
  } catch (error) {
    signal.throwIfAborted()
    throw unreachable(address, error as Error)
  }
}

function unreachable(address: ControlAddress, cause: Error): ControlError {
  const where = 'socket' in address ? address.socket : address.url
  return new ControlError(
    `nobody answers at ${where} (${cause.message})`,
    0,
    'See that the installation runs, and that you are its user.',
    { cause },
  )
}
