import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Server as NetServer } from 'node:net'
import test from 'node:test'
import mysql from 'mysql2'
import type { OpenedServer } from './connection.ts'
import { connectMysql } from './mysql-client.ts'

const signal = new AbortController().signal

const opened = (port: number, changes: Partial<OpenedServer> = {}): OpenedServer => ({
  kind: 'mysql',
  host: '127.0.0.1',
  servername: 'db.test',
  port,
  database: 'd',
  user: 'u',
  password: 'secret',
  tls: 'prefer',
  options: {
    batch_size: 1,
    copy: true,
    pool_size: 1,
    connect_timeout_ms: 1000,
    statement_timeout_ms: 1000,
  },
  ...changes,
})

const CAPABILITIES = 0x00_08_a2_0d

/** The driver's own server: it greets, and takes or refuses whoever comes. */
async function fakeMysql(t: test.TestContext, { refuse = 0 } = {}) {
  const server = mysql.createServer((connection) => {
    const peer = connection as unknown as mysql.Connection
    peer.on('error', () => undefined)
    peer.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.40-test',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 33,
      capabilityFlags: CAPABILITIES,
      ...(refuse === 0
        ? {}
        : {
            authCallback: (_: unknown, done: (error: null, answer: object) => void) =>
              done(null, { message: 'refused', code: refuse }),
          }),
    })
  })
  const inner = (server as unknown as { _server: NetServer })._server
  inner.listen(0, '127.0.0.1')
  await once(inner, 'listening')
  t.after(() => {
    inner.close()
    for (const connection of server.connections)
      (connection as unknown as mysql.Connection).destroy()
  })
  return (inner.address() as AddressInfo).port
}

test('connects to the checked address, in the clear where prefer finds no TLS', async (t) => {
  const port = await fakeMysql(t)
  const client = await connectMysql(opened(port), { signal })
  assert.equal(client.config.host, 'db.test')
  client.destroy()
  await assert.rejects(connectMysql(opened(port, { tls: 'require' }), { signal }), {
    code: 'connection_failed',
    message: /has no TLS/,
    details: { retryable: false },
  })
})

test('refusals are told in our words', async (t) => {
  const tls = 'disable'
  for (const [refuse, message] of [
    [1045, /refuses the user u or the password/],
    [1049, /no database d/],
    [1040, /no connection left/],
  ] as const) {
    const port = await fakeMysql(t, { refuse })
    const error = await connectMysql(opened(port, { tls }), { signal }).catch((e: unknown) => e)
    assert.match((error as Error).message, message)
  }
  await assert.rejects(connectMysql(opened(1, { tls }), { signal }), {
    message: /refuses connections/,
  })
})
