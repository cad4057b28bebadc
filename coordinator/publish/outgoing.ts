// Calls to hosts that a user or operator named: the address is checked after the name is resolved, on the very
// connection that is used, and redirects are refused, so no name can lead to a place inside.
import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#engine/errors.ts'
import { isPrivateAddress } from './private-address.ts'

/** `hosts`: when given, no other host names. `allowPrivate`: also loopback and private networks. `idleMs`: 60 s. */
export type OutgoingRules = { allowPrivate: boolean; hosts?: readonly string[]; idleMs?: number }

export type OutgoingInit = {
  method?: string
  headers?: Record<string, string>
  body?: AsyncIterable<Uint8Array> | Uint8Array | string
  signal?: AbortSignal
}

/**
 * Like `fetch`, for absolute http and https URLs. Rejects with AppError `forbidden` for a host or address outside the
 * rules and for a redirect, with AppError `unavailable` when the host does not answer.
 */
export type OutgoingFetch = (url: string, init?: OutgoingInit) => Promise<Response>

const IDLE_MS = 60_000

export function createOutgoingFetch(rules: OutgoingRules): OutgoingFetch {
  const lookup = guardedLookup(rules)
  return async (url, init = {}) => {
    const target = new URL(url)
    const host = target.hostname.replace(/^\[|\]$/g, '')
    if (!/^https?:$/.test(target.protocol)) throw new AppError('forbidden', 'only http and https')
    if (rules.hosts && !rules.hosts.includes(host)) {
      throw new AppError('forbidden', `calls to ${host} are not allowed`)
    }
    // A literal address is connected to without a lookup.
    if (isIP(host) && !rules.allowPrivate && isPrivateAddress(host)) throw privateAddress(host)
    const response = await send(target, init, { lookup, timeout: rules.idleMs ?? IDLE_MS })
    return responseOf(response)
  }
}

async function send(
  url: URL,
  init: OutgoingInit,
  options: RequestOptions,
): Promise<IncomingMessage> {
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    ...options,
    method: init.method ?? 'GET',
    headers: init.headers ?? {},
    ...(init.signal ? { signal: init.signal } : {}),
  })
  request.on('timeout', () => request.destroy(new Error('the host is silent')))
  const answered = new Promise<IncomingMessage>((resolveAnswer, reject) => {
    request.once('response', resolveAnswer)
    request.on('error', reject)
  })
  // The answer may come before the body is out, as a refusal does; then the body's own end does not matter.
  const sent = writeBody(request, init.body)
  sent.catch(() => {})
  try {
    return await answered
  } catch (error) {
    init.signal?.throwIfAborted()
    if (error instanceof AppError) throw error
    throw new AppError('unavailable', `${url.hostname} does not answer`, { cause: error })
  }
}

async function writeBody(
  request: ReturnType<typeof requestHttp>,
  body: OutgoingInit['body'],
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    request.end(body)
    return
  }
  await pipeline(Readable.from(body, { objectMode: false }), request)
}

function responseOf(message: IncomingMessage): Response {
  const status = message.statusCode ?? 0
  if (status >= 300 && status < 400) {
    message.destroy()
    throw new AppError('forbidden', 'the host redirects, which is not allowed')
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, String(value))
  }
  const bodyless = status === 204 || status === 205
  if (bodyless) message.resume()
  return new Response(bodyless ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>), {
    status,
    headers,
  })
}

function guardedLookup({ allowPrivate }: OutgoingRules): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      const inside = allowPrivate ? undefined : addresses.find((a) => isPrivateAddress(a.address))
      if (inside) return done(privateAddress(hostname) as NodeJS.ErrnoException & AppError, [])
      if (options.all) return done(null, addresses)
      const [first] = addresses
      done(null, first?.address ?? '', first?.family)
    })
  }
}

function privateAddress(host: string): AppError {
  return new AppError('forbidden', `${host} is a private address, to which calls are not allowed`)
}
