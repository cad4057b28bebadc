// A TCP proxy whose connections a test can cut, or whose uploads it can hold.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export type CuttableProxy = {
  /** host:port */
  address: string
  /** Where connections lead from now on; before, they are refused. */
  connectTo(address: string): void
  /** Breaks every open connection; new ones are taken. */
  cut(): void
}

export async function cuttableProxy(t: TestContext): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  let target = ''
  const server = createServer((client) => {
    const [host, port] = [target.slice(0, target.lastIndexOf(':')), target.split(':').at(-1)]
    if (target === '') {
      client.destroy()
      return
    }
    const upstream = connect({ host, port: Number(port) })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  t.after(() => {
    server.close()
    cut()
  })
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connectTo: (address) => {
      target = address
    },
    cut,
  }
}
