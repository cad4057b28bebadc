// What a platform asks a worker: `/live`, that its main thread turns; `/ready`, that a coordinator gives it work.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isServing, type SessionState } from './session-state.ts'

export type HealthServer = { port: number; close(): Promise<void> }

/** Listens on all interfaces; port 0 takes any. It tells the state of the connection and nothing else. */
export async function startHealthServer(
  { state }: { state: () => SessionState },
  { port }: { port: number },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const isReady = isServing(state())
    const status = { '/live': 200, '/ready': isReady ? 200 : 503 }[request.url ?? ''] ?? 404
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(status === 404 ? '{}' : JSON.stringify({ state: state() }))
  })
  server.requestTimeout = 5_000
  server.maxConnections = 16
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, resolve)
  await promise
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeAllConnections()
      return closed
    },
  }
}
