// The development gateway's routes: those of an Arweave node and gateway that publishing uses, and two for development.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Gateway } from './gateway.ts'
import { readJson, reply, replyFile } from './http.ts'
import { type Header, priceOf } from './ledger.ts'
import { Refusal } from './refusal.ts'

const MAX_TRANSACTION_BYTES = 15 * 1024 * 1024
const MAX_CHUNK_MESSAGE_BYTES = 1024 * 1024
const ID = '([A-Za-z0-9_-]{43})'

type Call = { request: IncomingMessage; response: ServerResponse; args: string[] }
type Route = { method: 'GET' | 'POST'; path: RegExp; handle: (call: Call) => Promise<void> | void }

/** An HTTP server over `gateway`; the caller listens and closes. `log` gets a line for each unexpected error. */
export function createGatewayServer(gateway: Gateway, log: (line: string) => void): Server {
  const routes = [...networkRoutes(gateway), ...dataRoutes(gateway), ...developmentRoutes(gateway)]
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('access-control-allow-origin', '*')
    try {
      await dispatch(routes, request, response)
    } catch (error) {
      fail(error, response, log)
    }
  }
  return createServer((request, response) => void answer(request, response))
}

async function dispatch(
  routes: Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://gateway').pathname
  const method = request.method === 'HEAD' ? 'GET' : request.method
  for (const route of routes) {
    const match = route.path.exec(path)
    if (!match || route.method !== method) continue
    await route.handle({ request, response, args: match.slice(1) })
    return
  }
  reply(response, 404, 'Not Found.')
}

function fail(error: unknown, response: ServerResponse, log: (line: string) => void): void {
  if (response.headersSent) {
    response.destroy()
  } else if (error instanceof Refusal) {
    reply(response, error.status, error.body, { 'x-refusal': error.reason })
  } else {
    log(`${response.req.method} ${response.req.url}: ${String(error)}`)
    reply(response, 500, { error: 'internal' })
  }
}

function networkRoutes({ ledger, postTransaction, postChunk, blockOf }: Gateway): Route[] {
  return [
    route('GET', '/(?:info)?', ({ response }) =>
      reply(response, 200, {
        network: 'arweave.dev',
        height: ledger.height(),
        blocks: ledger.height(),
      }),
    ),
    route('GET', '/price/(\\d{1,15})(?:/[\\w-]+)?', ({ response, args: [bytes] }) =>
      reply(response, 200, priceOf(Number(bytes)).toString()),
    ),
    route('GET', '/tx_anchor', ({ response }) => reply(response, 200, ledger.anchor())),
    route('GET', `/wallet/${ID}/balance`, ({ response, args: [address = ''] }) =>
      reply(response, 200, ledger.balance(address).toString()),
    ),
    route('POST', '/tx', async ({ request, response }) => {
      const outcome = await postTransaction(await readJson(request, MAX_TRANSACTION_BYTES))
      if (outcome === 'known') reply(response, 208, 'Transaction already processed.')
      else reply(response, 200, 'OK')
    }),
    route('POST', '/chunk', async ({ request, response }) => {
      await postChunk(await readJson(request, MAX_CHUNK_MESSAGE_BYTES))
      reply(response, 200, {})
    }),
    route('GET', `/tx/${ID}/status`, ({ response, args: [id = ''] }) => {
      const block = blockOf(id)
      if (block === undefined) reply(response, 404, 'Not Found.')
      else if (block === 'pending') reply(response, 202, 'Pending')
      else reply(response, 200, block)
    }),
  ]
}

function dataRoutes({ ledger, blockOf, dataOf }: Gateway): Route[] {
  return [
    route('GET', `/tx/${ID}`, ({ response, args: [id = ''] }) => {
      const header = ledger.transaction(id)?.header
      if (header === undefined) reply(response, 404, 'Not Found.')
      else if (blockOf(id) === 'pending') reply(response, 202, 'Pending')
      else reply(response, 200, header)
    }),
    route('GET', `/(?:raw/)?${ID}`, async ({ response, args: [id = ''] }) => {
      const data = dataOf(id)
      if (data === undefined) reply(response, 404, 'Not Found.')
      else await replyFile(response, { ...data, headers: dataHeaders(data.header) })
    }),
  ]
}

function developmentRoutes({ ledger }: Gateway): Route[] {
  return [
    route('POST', `/mint/${ID}/(\\d{1,30})`, ({ response, args: [address = '', winston = ''] }) =>
      reply(response, 200, ledger.mint(address, BigInt(winston)).toString()),
    ),
    route('GET', '/dev/payments', ({ response }) => reply(response, 200, ledger.payments())),
  ]
}

function route(method: Route['method'], path: string, handle: Route['handle']): Route {
  return { method, path: new RegExp(`^${path}$`), handle }
}

// What a stranger stored is shown as its own tag says, but runs in no page of this origin.
function dataHeaders(header: Header): Record<string, string> {
  const tag = header.tags.find(({ name }) => textOf(name) === 'Content-Type')
  const contentType = tag === undefined ? '' : textOf(tag.value)
  const isPlain = /^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.-]+)*$/.test(contentType)
  return {
    'content-type': isPlain ? contentType : 'application/octet-stream',
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    etag: `"${header.id}"`,
  }
}

function textOf(base64url: string): string {
  return Buffer.from(base64url, 'base64url').toString('utf8')
}
