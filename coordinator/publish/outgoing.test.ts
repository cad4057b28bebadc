import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createOutgoingFetch } from './outgoing.ts'
import { isPrivateAddress } from './private-address.ts'

async function serve(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('private, link-local and special addresses are told from public ones', () => {
  const inside = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    '2001:db8::1',
    'not an address',
  ]
  for (const address of inside) assert.equal(isPrivateAddress(address), true, address)
  for (const address of ['8.8.8.8', '172.32.0.1', '1.1.1.1', '2606:4700::1111', '2a00:1450::1']) {
    assert.equal(isPrivateAddress(address), false, address)
  }
})

test('a call to an inside address never connects, by number or by name', async (t) => {
  let calls = 0
  const port = await serve(t, (_, response) => {
    calls++
    response.end()
  })
  const fetch = createOutgoingFetch({ allowPrivate: false })
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']
  for (const host of hosts) {
    await assert.rejects(fetch(`http://${host}:${port}/`), { code: 'forbidden' }, host)
  }
  assert.equal(calls, 0)
})

test('with an allow-list, no other host', async (t) => {
  const port = await serve(t, (_, response) => response.end('ok'))
  const fetch = createOutgoingFetch({ allowPrivate: true, hosts: ['localhost'] })
  assert.equal(await (await fetch(`http://localhost:${port}/`)).text(), 'ok')
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'forbidden' })
  await assert.rejects(fetch('file:///etc/passwd'), { code: 'forbidden' })
})

test('a redirect is not followed', async (t) => {
  const port = await serve(t, (_, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  })
  const fetch = createOutgoingFetch({ allowPrivate: true })
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'forbidden' })
})

test('body, headers and status go both ways', async (t) => {
  const port = await serve(t, (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      response.writeHead(418, { 'x-length': String(request.headers['content-length']) })
      response.end(`${request.method} ${body}`)
    })
  })
  const fetch = createOutgoingFetch({ allowPrivate: true })
  async function* body() {
    yield Buffer.from('a')
    yield Buffer.from('b')
  }
  const init = { method: 'POST', headers: { 'content-length': '2' }, body: body() }
  const response = await fetch(`http://127.0.0.1:${port}/`, init)
  assert.equal(response.status, 418)
  assert.equal(response.headers.get('x-length'), '2')
  assert.equal(await response.text(), 'POST ab')
})

test('a host that is silent or away is unavailable; an aborted call aborts', async (t) => {
  const port = await serve(t, () => {})
  const fetch = createOutgoingFetch({ allowPrivate: true, idleMs: 50 })
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { code: 'unavailable' })
  await assert.rejects(fetch('http://127.0.0.1:1/'), { code: 'unavailable' })
  const signal = AbortSignal.abort()
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`, { signal }), { name: 'AbortError' })
})
