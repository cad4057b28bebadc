import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import test from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createCertificateAuthority } from '#coordinator/identity/certificate-authority.ts'
import { createSealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { AppError } from '#engine/errors.ts'
import { type TestDatabase, testDatabase } from '#test/support/postgres.ts'
import { postgresOverTcp } from '#test/support/postgres-tcp.ts'
import type { OpenedServer } from './connection.ts'
import { connectPostgres } from './postgres-client.ts'

const signal = new AbortController().signal

const opened = (port: number, changes: Partial<OpenedServer> = {}): OpenedServer => ({
  kind: 'postgresql',
  host: '127.0.0.1',
  servername: 'localhost',
  port,
  database: 'test_1',
  user: 'syndata',
  password: undefined,
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

/** A server that answers each connection's first bytes with these, and keeps what comes next. */
async function scripted(t: test.TestContext, answer: string | Buffer) {
  const received: Buffer[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => {
      if (answer.length > 0) socket.write(answer)
      socket.on('data', (bytes) => received.push(bytes))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, received }
}

/** An ErrorResponse. */
function refusal(code: string): Buffer {
  const body = Buffer.from(`SFATAL\0C${code}\0Ma text with hosts and statements\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

async function named(t: test.TestContext): Promise<TestDatabase & { database_name: string }> {
  const { url, database } = await testDatabase(t)
  return { url, database, database_name: new URL(url).pathname.slice(1) }
}

const selected = async (target: OpenedServer): Promise<unknown> => {
  const client = await connectPostgres(target, { signal })
  const { rows } = await client.query<{ one: number }>('select 1 as one')
  await client.end()
  return rows[0]?.one
}

test('a server without TLS serves prefer and disable, and no more', async (t) => {
  const { url, database_name: database } = await named(t)
  const { port } = await postgresOverTcp(t, url)
  assert.equal(await selected(opened(port, { database })), 1)
  assert.equal(await selected(opened(port, { database, tls: 'disable' })), 1)
  for (const tls of ['require', 'verify'] as const) {
    await assert.rejects(selected(opened(port, { database, tls })), {
      code: 'connection_failed',
      message: /has no TLS/,
      details: { retryable: false },
    })
  }
})

test('with TLS, verify compares the certificate with the name that the user wrote', async (t) => {
  const { url, database: sql, database_name: database } = await named(t)
  const secrets = createSealedSecrets(sql, randomBytes(32))
  const authority = await createCertificateAuthority({ secrets })
  const certificate = await authority.issueServerCertificate({ hosts: ['db.test', '127.0.0.1'] })
  const { port, lastWasTls } = await postgresOverTcp(t, url, certificate)
  for (const tls of ['prefer', 'require'] as const) {
    assert.equal(await selected(opened(port, { database, tls })), 1)
    assert.equal(lastWasTls(), true)
  }
  const verified = (servername: string) =>
    selected(opened(port, { database, servername, tls: 'verify' }))
  const refused = {
    code: 'connection_failed',
    message: /certificate/,
    details: { retryable: false },
  }
  await assert.rejects(verified('db.test'), refused)
  const before = getCACertificates('default')
  t.after(() => setDefaultCACertificates(before))
  setDefaultCACertificates([...before, authority.certificate])
  assert.equal(await verified('db.test'), 1)
  assert.equal(await verified('127.0.0.1'), 1)
  await assert.rejects(verified('other.test'), refused)
})

test('what the server says is told in our words', async (t) => {
  const { url, database_name: database } = await named(t)
  const { port } = await postgresOverTcp(t, url)
  await assert.rejects(selected(opened(port, { database: 'none' })), {
    message: /no database none/,
  })
  await assert.rejects(selected(opened(port, { database, user: 'nobody' })), {
    message: /does not let nobody/,
  })
  const cases: [string, RegExp, boolean][] = [
    ['28P01', /refuses the user syndata or the password/, false],
    ['53300', /no connection left/, true],
    ['57P03', /starting or stopping/, true],
    ['XX001', /\(XX001\)/, true],
  ]
  for (const [code, message, retryable] of cases) {
    const server = await scripted(t, refusal(code))
    const error = await selected(opened(server.port, { tls: 'disable' })).catch((e: unknown) => e)
    assert.ok(error instanceof AppError)
    assert.deepEqual(error.details, { retryable })
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, /statements/)
  }
})

test('a server that is away, silent or not a database', async (t) => {
  await assert.rejects(selected(opened(1)), { message: /refuses connections/ })
  const silent = await scripted(t, '')
  const target = opened(silent.port)
  const short = { ...target, options: { ...target.options, connect_timeout_ms: 100 } }
  await assert.rejects(selected(short), {
    message: /does not answer/,
    details: { retryable: true },
  })
  const web = await scripted(t, 'HTTP/1.1 400 Bad Request\r\n\r\n')
  await assert.rejects(selected(opened(web.port)), { code: 'connection_failed' })
})

test('an empty password stays empty, whatever our own environment has', async (t) => {
  process.env['PGPASSWORD'] = 'ours'
  t.after(() => delete process.env['PGPASSWORD'])
  // AuthenticationCleartextPassword.
  const server = await scripted(t, Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1'))
  const target = opened(server.port, { tls: 'disable' })
  const short = { ...target, options: { ...target.options, connect_timeout_ms: 200 } }
  await assert.rejects(selected(short), { code: 'connection_failed' })
  const said = Buffer.concat(server.received).toString('latin1')
  assert.match(said, /^p/)
  assert.doesNotMatch(said, /ours/)
})

test('an abort ends the attempt', async (t) => {
  const silent = await scripted(t, '')
  const abort = new AbortController()
  const connecting = connectPostgres(opened(silent.port), { signal: abort.signal })
  setTimeout(() => abort.abort(new Error('enough')), 50)
  await assert.rejects(connecting, /enough/)
})

test('a server that answers without end is left', async (t) => {
  // The head of a row of a gigabyte, and more zeros than are wanted.
  const flood = Buffer.alloc(4 * 1024 * 1024)
  flood.write('D\x40', 'latin1')
  const server = await scripted(t, flood)
  const connecting = connectPostgres(opened(server.port, { tls: 'disable' }), {
    signal,
    bytesMax: 1024 * 1024,
  })
  await assert.rejects(connecting, {
    message: /as no database does/,
    details: { retryable: false },
  })
})
