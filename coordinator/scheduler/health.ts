// What probes and supervisors ask the scheduler: whether it gets on, and whether it leads.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A tick may wait for a slow provider; longer than this it hangs. */
const IDLE_MAX_MS = 120_000

export type Health = { url: string; close(): Promise<void> }

export async function serveHealth(
  state: { isLeading(): boolean; idleMs(): number },
  { host, port }: { host: string; port: number },
): Promise<Health> {
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url === '/health'
    const status = state.idleMs() < IDLE_MAX_MS ? 200 : 503
    response.writeHead(isAsked ? status : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isAsked ? { leading: state.isLeading() } : {}))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
