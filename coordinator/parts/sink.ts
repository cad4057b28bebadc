// The parts sink: takes workers' uploads over HTTP, hashes them while they arrive and stores nothing that its digest
// does not name; gives them the private files of their leases. Plain node:http, because every byte of every dataset
// passes here.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { isCid } from '#engine/dag/cid.ts'
import { createInputServer, type ServeInput } from './serve-input.ts'
import {
  type Answer,
  createUploadTaker,
  problem,
  type Refusal,
  type TakeUpload,
} from './take-upload.ts'

export type SinkDeps = {
  store: BlockStore
  /** The HMAC key of upload and download tokens. */
  key: Uint8Array
  log: { warn(fields: object, message: string): void }
  onRefused: (refusal: Refusal) => void
  /** Why the process is not ready; empty when it is. */
  reasons: () => Promise<string[]>
  /** Unix seconds; tests set it. */
  nowS?: () => number
}

/**
 * `maxBytes`: of one part (256 MiB). `memoryBytes`: all bodies in memory together (64 MiB). `idleMs`: a silent
 * connection is cut (30 s). `tls`: PEM texts; without it the sink speaks plain HTTP.
 */
export type SinkOptions = {
  host: string
  port: number
  maxBytes?: number
  memoryBytes?: number
  idleMs?: number
  tls?: { key: string; cert: string }
}

export type Sink = { url: string; close(): Promise<void> }

const MIB = 1 << 20
const MAX_CONNECTIONS = 1024
const DRAINED_BODY_BYTES = 4 * MIB
const CLOSE_MS = 5000

/** Starts a sink on `host:port` (port 0: any free one). Rejects when it cannot listen. */
export async function createSink(deps: SinkDeps, options: SinkOptions): Promise<Sink> {
  const timed = { ...deps, nowS: deps.nowS ?? (() => Math.floor(Date.now() / 1000)) }
  const take = createUploadTaker(timed, {
    maxBytes: options.maxBytes ?? 256 * MIB,
    memoryBytes: options.memoryBytes ?? 64 * MIB,
  })
  const handlers = { take, give: createInputServer(timed), reasons: deps.reasons }
  const server = options.tls ? createTlsServer(options.tls) : createServer()
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    void route(handlers, request, response).then((answer) => {
      if (!answer) return
      // A sender with more to put goes to the process that comes after this one.
      if (!server.listening) response.setHeader('connection', 'close')
      send(request, response, answer)
    })
  }
  server.on('request', serve)
  // A sender that asks first is told to go on only once there is room for its part.
  server.on('checkContinue', serve)
  server.maxConnections = MAX_CONNECTIONS
  server.timeout = options.idleMs ?? 30_000
  server.requestTimeout = 0
  await listen(server, options)
  const { address, port, family } = server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  const url = `${options.tls ? 'https' : 'http'}://${host}:${port}`
  return { url, close: () => close(server) }
}

async function route(
  { take, give, reasons }: { take: TakeUpload; give: ServeInput; reasons: SinkDeps['reasons'] },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | null> {
  const { url = '', method } = request
  if (url === '/health' && method === 'GET') return { status: 200, body: { status: 'ok' } }
  if (url === '/ready' && method === 'GET') return readyAnswer(await reasons())
  const input = /^\/inputs\/([^/?]{1,100})$/.exec(url)?.[1] ?? ''
  if (method === 'GET' && isCid(input)) return await give({ request, response, cid: input })
  const match = /^\/parts\/([^/?]{1,100})(?:\?token=([\w.-]{0,1024}))?$/.exec(url)
  const cid = match?.[1] ?? ''
  if (method !== 'PUT' || !isCid(cid)) {
    return problem(
      'not_found',
      'the sink knows PUT /parts/<cid>, GET /inputs/<cid>, GET /health and GET /ready',
    )
  }
  return await take({ request, response, cid, token: match?.[2] ?? '' })
}

const readyAnswer = (reasons: string[]): Answer =>
  reasons.length === 0
    ? { status: 200, body: { ready: true } }
    : { status: 503, body: { ready: false, reasons } }

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.setHeader('content-type', status < 400 ? 'application/json' : 'application/problem+json')
  response.setHeader('content-length', Buffer.byteLength(text))
  // What is left of a short body is read and dropped, so that the sender sees the answer and keeps its connection.
  if (!request.complete && Number(request.headers['content-length']) > DRAINED_BODY_BYTES) {
    response.setHeader('connection', 'close')
  }
  response.writeHead(status).end(text)
}

function listen(server: Server, { host, port }: SinkOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

// Uploads under way may finish; what has not after CLOSE_MS is cut.
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
