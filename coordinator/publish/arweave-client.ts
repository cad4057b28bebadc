// HTTP client to an Arweave node or gateway: the calls that publishing needs, each bounded in time and in size.
// Every failure is an AppError whose details say whether it passes with time (arweave-failure.ts).

import { AppError } from '#engine/errors.ts'
import { arweaveFailure, reasonOf } from './arweave-failure.ts'

const MAX_REPLY_BYTES = 64 * 1024

/** The part of `fetch` that is used; a guard against forbidden hosts goes here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
export type CallOptions = { signal?: AbortSignal | undefined }
/** A chunk with its proof, as POST /chunk takes it; binary fields in base64url, numbers in decimal. */
export type ChunkMessage = {
  data_root: string
  data_size: string
  data_path: string
  offset: string
  chunk: string
}
export type TransactionStatus =
  | { state: 'unknown' }
  | { state: 'pending' }
  | { state: 'confirmed'; confirmations: number; blockHeight: number }

export type ArweaveClient = {
  /** Fee in winston for storing `bytes`, and for a first transfer to `target` if given. */
  price: (bytes: number, options?: CallOptions & { target?: string }) => Promise<bigint>
  /** The anchor (`last_tx`) for a new transaction; the network accepts it for about 50 blocks. */
  anchor: (options?: CallOptions) => Promise<string>
  /** Winston in a wallet; 0 for one that was never used. */
  balance: (address: string, options?: CallOptions) => Promise<bigint>
  /** Posts a signed transaction without data; `known` when the network says that it has it. */
  postTransaction: (transaction: string, options?: CallOptions) => Promise<'accepted' | 'known'>
  /** Posts one chunk; posting it twice is harmless. */
  postChunk: (chunk: ChunkMessage, options?: CallOptions) => Promise<void>
  status: (id: string, options?: CallOptions) => Promise<TransactionStatus>
  /** Where anyone can fetch the data. */
  dataUrl: (id: string) => string
}

type Request = CallOptions & { path: string; json?: string; accept?: number[] }
type Reply = { status: number; body: string }

/** `url` is the node's origin, with a path prefix if any; `timeoutMs` bounds each call. */
export function createArweaveClient(
  deps: { fetch: Fetch },
  options: { url: string; timeoutMs?: number },
): ArweaveClient {
  const base = options.url.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? 30_000
  const call = (operation: string, request: Request): Promise<Reply> =>
    callNode(deps.fetch, { base, timeoutMs, operation }, request)

  return {
    async price(bytes, { target, signal } = {}) {
      const path = target === undefined ? `/price/${bytes}` : `/price/${bytes}/${target}`
      const { body } = await call('price', { path, signal })
      return winstonOf('price', body)
    },
    async anchor({ signal } = {}) {
      const { body } = await call('anchor', { path: '/tx_anchor', signal })
      if (!/^[\w-]{43,64}$/.test(body)) throw malformed('anchor')
      return body
    },
    async balance(address, { signal } = {}) {
      const path = `/wallet/${address}/balance`
      const { body } = await call('balance', { path, signal })
      return winstonOf('balance', body)
    },
    async postTransaction(transaction, { signal } = {}) {
      const request = { path: '/tx', json: transaction, signal }
      const { status } = await call('post_transaction', request)
      return status === 208 ? 'known' : 'accepted'
    },
    async postChunk(chunk, { signal } = {}) {
      const request = { path: '/chunk', json: chunkJson(chunk), signal }
      await call('post_chunk', request)
    },
    async status(id, { signal } = {}) {
      const request = { path: `/tx/${id}/status`, accept: [404], signal }
      return statusOf(await call('status', request))
    },
    dataUrl: (id) => `${base}/${id}`,
  }
}

async function callNode(
  fetch: Fetch,
  node: { base: string; timeoutMs: number; operation: string },
  request: Request,
): Promise<Reply> {
  const reply = await exchange(fetch, node, request)
  const accepted =
    (reply.status >= 200 && reply.status < 300) || request.accept?.includes(reply.status)
  if (accepted) return reply
  const { status, body } = reply
  throw arweaveFailure({ operation: node.operation, status, reason: reasonOf(status, body) })
}

async function exchange(
  fetch: Fetch,
  node: { base: string; timeoutMs: number; operation: string },
  { path, json, signal }: Request,
): Promise<Reply> {
  const timeout = AbortSignal.timeout(node.timeoutMs)
  const init: RequestInit = {
    method: json === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    ...(json === undefined ? {} : { body: json, headers: { 'content-type': 'application/json' } }),
  }
  try {
    const response = await fetch(`${node.base}${path}`, init)
    return { status: response.status, body: await readBody(response) }
  } catch (cause) {
    if (signal?.aborted) throw new AppError('cancelled', 'The upload was cancelled', { cause })
    if (cause instanceof AppError) throw cause
    const reason = timeout.aborted ? 'timeout' : 'no_answer'
    throw arweaveFailure({ operation: node.operation, reason, cause })
  }
}

async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > MAX_REPLY_BYTES) throw new RangeError('the reply is too long')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

// Base64url and digits need no escapes; looking for them in 350 KB is a third of the sender's processor time.
function chunkJson(chunk: ChunkMessage): string {
  const { data_root, data_size, data_path, offset } = chunk
  const head = JSON.stringify({ data_root, data_size, data_path, offset })
  return `${head.slice(0, -1)},"chunk":"${chunk.chunk}"}`
}

function statusOf({ status, body }: Reply): TransactionStatus {
  if (status === 404) return { state: 'unknown' }
  if (status === 202) return { state: 'pending' }
  const { number_of_confirmations, block_height } = objectOf(body)
  if (typeof number_of_confirmations !== 'number' || typeof block_height !== 'number') {
    throw malformed('status')
  }
  return {
    state: 'confirmed',
    confirmations: number_of_confirmations,
    blockHeight: block_height,
  }
}

function objectOf(body: string): { number_of_confirmations?: unknown; block_height?: unknown } {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>
  } catch {
    return {}
  }
}

function winstonOf(operation: string, body: string): bigint {
  if (!/^\d{1,40}$/.test(body)) throw malformed(operation)
  return BigInt(body)
}

// A proxy's error page under status 200 looks like this, so it counts as passing with time.
function malformed(operation: string): AppError {
  return arweaveFailure({ operation, reason: 'malformed_reply' })
}
