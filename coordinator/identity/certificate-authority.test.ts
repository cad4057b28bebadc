import assert from 'node:assert/strict'
import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { FLEET_SERVER_NAME } from '#proto/challenge.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { createCertificateAuthority, type ServerCertificate } from './certificate-authority.ts'
import { createSealedSecrets } from './sealed-secrets.ts'

async function serve(t: TestContext, { key, certificate }: ServerCertificate): Promise<number> {
  const server = createServer({ key, cert: certificate }, (socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as { port: number }).port
}

async function handshake(port: number, ca: string, servername: string): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername })
  try {
    await once(socket, 'secureConnect')
    return socket
  } finally {
    socket.destroy()
  }
}

test('replicas that start together share one CA, and it survives a restart', async (t) => {
  const { database } = await testDatabase(t)
  const masterKey = randomBytes(32)
  const start = () =>
    createCertificateAuthority({ secrets: createSealedSecrets(database, masterKey) })
  const together = await Promise.all([start(), start(), start()])
  const again = await start()
  assert.equal(new Set([...together, again].map(({ fingerprint }) => fingerprint)).size, 1)
  const { raw, ca } = new X509Certificate(again.certificate)
  assert.equal(again.fingerprint, createHash('sha256').update(raw).digest('hex'))
  assert.equal(ca, true)
})

test('a server certificate is good for its hosts under this CA, and for nothing else', async (t) => {
  const stores = [new Map<string, Buffer>(), new Map<string, Buffer>()]
  const [ours, other] = await Promise.all(
    stores.map((store) =>
      createCertificateAuthority({
        secrets: {
          getOrCreate: async (name, make) => {
            if (!store.has(name)) store.set(name, await make())
            return store.get(name)!
          },
        },
      }),
    ),
  )
  assert.ok(ours && other)
  const issued = await ours.issueServerCertificate({ hosts: ['localhost', '127.0.0.1', '::1'] })
  assert.deepEqual(new X509Certificate(issued.certificate).raw, issued.der)
  const port = await serve(t, issued)
  await handshake(port, ours.certificate, FLEET_SERVER_NAME)
  await handshake(port, ours.certificate, 'localhost')
  await assert.rejects(handshake(port, ours.certificate, 'elsewhere.example'), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
  await assert.rejects(handshake(port, other.certificate, 'localhost'))
})
