import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { codeOf } from '#engine/errors.ts'
import { newAuthority } from '#test/support/scripted-fleet.ts'
import { createHttpPut, type HttpPut } from './http-put.ts'

const LARGE_BYTES = 8 * 1024 * 1024
const never = new AbortController().signal

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function client(t: TestContext, authority = ''): HttpPut {
  const http = createHttpPut({ authority })
  t.after(() => http.close())
  return http
}

/** Answers 200 with the length of the body. */
const measure: RequestListener = (request, response) => {
  let bytes = 0
  request.on('data', (data: Buffer) => {
    bytes += data.length
  })
  request.on('end', () => response.end(String(bytes)))
}

const urlOf = (port: number, scheme = 'http') => `${scheme}://127.0.0.1:${port}/parts/x`

test('a body goes whole or in pieces, and connections are kept', async (t) => {
  const server = createServer(measure)
  let connections = 0
  server.on('connection', () => {
    connections++
  })
  const url = urlOf(await listen(t, server))
  const http = client(t)
  const piece = new Uint8Array(1_000)
  function* pieces() {
    for (let i = 0; i < 50; i++) yield piece.fill(i)
  }
  const whole = await http.put(url, { length: 5, content: Buffer.from('bytes') }, { signal: never })
  const cut = await http.put(url, { length: 50_000, content: pieces }, { signal: never })
  assert.deepEqual(
    [whole, cut],
    [
      { status: 200, text: '5' },
      { status: 200, text: '50000' },
    ],
  )
  assert.equal(connections, 1)
})

test('a large body waits for consent, and a refusal is read without it', async (t) => {
  const server = createServer(measure)
  const answers: number[] = [413, 100]
  server.on('checkContinue', (request, response) => {
    if (answers.shift() === 100) {
      response.writeContinue()
      measure(request, response)
    } else response.writeHead(413, { connection: 'close' }).end('no')
  })
  const url = urlOf(await listen(t, server))
  const http = client(t)
  const body = { length: LARGE_BYTES, content: new Uint8Array(LARGE_BYTES) }
  assert.deepEqual(await http.put(url, body, { signal: never }), { status: 413, text: 'no' })
  assert.deepEqual(await http.put(url, body, { signal: never }), {
    status: 200,
    text: String(LARGE_BYTES),
  })
})

test('a store under the fleet CA is trusted, one under another is not', async (t) => {
  const [ours, other] = [await newAuthority(), await newAuthority()]
  const { key, certificate } = await ours.issueServerCertificate({ hosts: ['127.0.0.1'] })
  const port = await listen(t, createSecureServer({ key, cert: certificate }, measure))
  const put = (http: HttpPut) =>
    http.put(urlOf(port, 'https'), { length: 1, content: Buffer.from('x') }, { signal: never })
  assert.equal((await put(client(t, ours.certificate))).status, 200)
  await assert.rejects(
    put(client(t, other.certificate)),
    (error) => codeOf(error) === 'infrastructure',
  )
})

test('a server that is gone is infrastructure; an abort is an abort', async (t) => {
  const server = createServer((request) => request.destroy())
  const url = urlOf(await listen(t, server))
  const http = client(t)
  const body = { length: 1, content: Buffer.from('x') }
  await assert.rejects(
    http.put(url, body, { signal: never }),
    (error) => codeOf(error) === 'infrastructure',
  )
  const abort = new AbortController()
  const pending = http.put(url, body, { signal: abort.signal })
  abort.abort()
  await assert.rejects(pending, { name: 'AbortError' })
})

test('an error while pieces are made is that error', async (t) => {
  const url = urlOf(await listen(t, createServer(measure)))
  function* broken() {
    yield new Uint8Array(10)
    throw new TypeError('no more')
  }
  await assert.rejects(
    client(t).put(url, { length: 20, content: broken }, { signal: never }),
    TypeError,
  )
})
