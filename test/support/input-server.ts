// A part store that gives files by CID, with Range, and breaks where a test says so.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { partOf } from '#engine/dag/part.ts'

export type InputServer = {
  url: string
  /** Of each request: its path, token and Range. */
  asked: { path: string; token: string; range: string | undefined }[]
  /** Asked for each request: a status to refuse with, bytes after which the connection is cut, or null. */
  trouble: () => { status: number; code?: string } | { cutAfter: number } | null
  /** Serves `bytes`; `sha256` may lie about them. */
  add(bytes: Uint8Array, sha256?: string): { cid: string; bytes: number; sha256: string }
  /** Until the next listen, nothing answers. */
  stop(): Promise<void>
  listen(): Promise<void>
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export async function inputServer(t: TestContext): Promise<InputServer> {
  const files = new Map<string, Uint8Array>()
  let port = 0
  const give = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? ''
    const { range, authorization = '' } = request.headers
    server.asked.push({ path, token: authorization.replace('Bearer ', ''), range })
    const trouble = server.trouble()
    if (trouble && 'status' in trouble) {
      response.writeHead(trouble.status).end(JSON.stringify({ code: trouble.code }))
      return
    }
    const bytes = files.get(path.split('/').at(-1) ?? '') ?? new Uint8Array()
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const rest = bytes.subarray(from)
    response.writeHead(range ? 206 : 200, { 'content-length': rest.length })
    if (!trouble) response.end(rest)
    else response.write(rest.subarray(0, trouble.cutAfter), () => response.socket?.end())
  }
  const http = createServer(give)
  const server: InputServer = {
    ...{ url: '', asked: [], trouble: () => null },
    add(bytes, sha256 = sha256Of(bytes)) {
      const { cid } = partOf(bytes).link
      files.set(cid, bytes)
      return { cid, bytes: bytes.length, sha256 }
    },
    async stop() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
    async listen() {
      http.listen(port, '127.0.0.1')
      await once(http, 'listening')
      port = (http.address() as { port: number }).port
      server.url = `http://127.0.0.1:${port}`
    },
  }
  await server.listen()
  t.after(() => {
    http.closeAllConnections()
    http.close()
  })
  return server
}
