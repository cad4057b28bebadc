// What the doubles of pinning services have in common: a loopback server whose next answers a test can spoil.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { CarTree } from './read-car.ts'

/** `busy`: 503. `refuse`: 401. `cut`: the connection ends in the middle of the body. `lie`: another CID. */
export type Spoil = 'busy' | 'refuse' | 'cut' | 'lie'

export type ServiceDouble = {
  url: string
  /** Applied to the next uploads, one each, in order. */
  spoil: Spoil[]
  /** Uploads begun. */
  uploads: () => number
  /** Trees held now, by root. */
  trees: Map<string, CarTree>
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves `handle` until the test ends; what it throws is answered with 400. */
export async function serve(t: TestContext, handle: Handler): Promise<string> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(400)
      response.end(error.message)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Reads a little of the body, then cuts the connection. */
export async function cutOff(request: IncomingMessage): Promise<void> {
  await new Promise((resolve) => request.once('data', resolve))
  request.socket.destroy()
}

/** The fields of a multipart form; the file is `file`. */
export function formOf(request: IncomingMessage, body: Buffer): Map<string, Buffer> {
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
  const fields = new Map<string, Buffer>()
  const mark = Buffer.from(`--${boundary}`)
  for (let at = body.indexOf(mark); ; ) {
    const next = body.indexOf(mark, at + mark.length)
    if (next < 0) return fields
    const part = body.subarray(at + mark.length + 2, next - 2)
    const split = part.indexOf('\r\n\r\n')
    const name = /name="([^"]+)"/.exec(part.subarray(0, split).toString())?.[1] ?? ''
    fields.set(name, part.subarray(split + 4))
    at = next
  }
}

/** The CID that a lying service would answer. */
export const OTHER_CID = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
