// The test's Postgres on a TCP port of loopback, as databases of users are reached; with TLS when a certificate is given.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { TLSSocket } from 'node:tls'

/** Bytes of an SSLRequest; other startup packets are longer. */
const SSL_REQUEST_BYTES = 8

/** `url` is that of `testDatabase`. Answers the port and whether the last connection was under TLS. */
export async function postgresOverTcp(
  t: TestContext,
  url: string,
  certificate?: { key: string; certificate: string },
): Promise<{ port: number; lastWasTls: () => boolean }> {
  const folder = new URL(url).searchParams.get('host')
  const sockets = new Set<Socket>()
  let secure = false
  const join = (client: Socket, first?: Buffer) => {
    const upstream = connect(`${folder}/.s.PGSQL.5432`)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    if (first !== undefined) upstream.write(first)
    client.pipe(upstream).pipe(client)
  }
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => client.destroy())
    client.once('data', (first) => {
      secure = first.length === SSL_REQUEST_BYTES && certificate !== undefined
      if (first.length !== SSL_REQUEST_BYTES) return join(client, first)
      if (certificate === undefined) {
        client.end('N')
        return
      }
      client.write('S')
      const { key, certificate: cert } = certificate
      join(new TLSSocket(client, { isServer: true, key, cert }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, lastWasTls: () => secure }
}
