// An HTTP proxy before the Arweave gateway that can hold the posting of transactions.

import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export type HeldGateway = {
  url: string
  connectTo(url: string): void
  /** Transactions wait here until `release`. */
  hold(): void
  release(): void
  /** Transactions that wait or have waited. */
  held(): number
}

export async function heldGateway(t: TestContext): Promise<HeldGateway> {
  let target = ''
  let released: Promise<void> = Promise.resolve()
  let release: () => void = () => undefined
  let held = 0
  const server = createServer((incoming, outgoing) => {
    const isPost = incoming.method === 'POST' && incoming.url === '/tx'
    if (isPost) held++
    const gate = isPost ? released : Promise.resolve()
    void gate.then(() => {
      const upstream = request(
        `${target}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers },
        (reply) => {
          outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
          reply.pipe(outgoing)
        },
      )
      upstream.on('error', () => outgoing.destroy())
      incoming.pipe(upstream)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    release()
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connectTo: (url) => {
      target = url
    },
    hold() {
      held = 0
      released = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
    held: () => held,
  }
}
