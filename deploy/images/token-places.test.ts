import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { formatToken } from '#proto/enrollment-token.ts'
import { mintTokens } from './mint-tokens.ts'
import { accessFromPod, createTokenFolder, createTokenSecret } from './token-places.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(made, { recursive: true }))
  return made
}

type Handler = (call: {
  method: string
  path: string
  auth: string
  body: string
}) => [number, unknown]

async function serve(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (data) => (body += data))
    request.on('end', () => {
      const auth = String(request.headers.authorization ?? request.headers['x-api-key'])
      const [status, json] = handler({
        method: request.method ?? '',
        path: request.url ?? '',
        auth,
        body,
      })
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The two routes of the coordinator, as strict as it is. */
function coordinator() {
  const tokens: { token_id: string; state: string; region: string }[] = []
  const handler: Handler = ({ method, path: at, auth, body }) => {
    if (auth !== 'key') return [401, {}]
    if (at !== '/api/enrollment-tokens') return [404, {}]
    if (method === 'GET') return [200, { tokens }]
    const { region, trust, machines, expires_in_seconds } = JSON.parse(body)
    assert.deepEqual([trust, machines, expires_in_seconds], ['trusted', 8, 86_400])
    const id = `tok_${tokens.length}`
    tokens.unshift({ token_id: id, state: 'open', region })
    return [
      201,
      { token: formatToken({ id, secret: 's', ca: 'a'.repeat(64), addresses: ['a:1'] }) },
    ]
  }
  return { tokens, handler }
}

const optionsOf = (url: string, signal = AbortSignal.timeout(20_000)) => ({
  ...{ url, apiKey: 'key', regions: ['us-west', 'eu-central'], trust: 'trusted' as const },
  ...{ machines: 8, expiresInDays: 1, signal },
})

test('each region gets a token once, and another when its own is revoked', async (t) => {
  const { tokens, handler } = coordinator()
  const options = optionsOf(await serve(t, handler))
  const dir = path.join(folder(t), 'tokens')
  const place = createTokenFolder(dir)
  assert.deepEqual(await mintTokens(place, options), ['us-west', 'eu-central'])
  assert.equal(statSync(path.join(dir, 'us-west')).mode & 0o777, 0o400)
  assert.deepEqual(await mintTokens(place, options), [])
  const first = tokens.find(({ region }) => region === 'us-west')
  assert.ok(first)
  first.state = 'revoked'
  assert.deepEqual(await mintTokens(place, options), ['us-west'])
})

test('an API that is not up yet is waited for; one that refuses is not', async (t) => {
  const { handler } = coordinator()
  let calls = 0
  const url = await serve(t, (call) => (calls++ === 0 ? [503, {}] : handler(call)))
  const place = createTokenFolder(folder(t))
  assert.deepEqual(await mintTokens(place, optionsOf(url)), ['us-west', 'eu-central'])
  await assert.rejects(mintTokens(place, { ...optionsOf(url), apiKey: 'wrong' }), /401/)
  const dead = optionsOf('http://127.0.0.1:9', AbortSignal.timeout(50))
  await assert.rejects(mintTokens(place, dead), /did not answer in time/)
})

test('in a cluster tokens are keys of one secret', async (t) => {
  const data: Record<string, string> = {}
  const url = await serve(t, ({ method, path: at, auth, body }) => {
    if (auth !== 'Bearer account') return [401, {}]
    if (at !== '/api/v1/namespaces/here/secrets/tokens') return [403, {}]
    if (method === 'PATCH') Object.assign(data, JSON.parse(body).data)
    return [200, Object.keys(data).length > 0 ? { data } : {}]
  })
  const place = createTokenSecret({ url, namespace: 'here', token: 'account' }, 'tokens')
  assert.equal(await place.read('us-west'), null)
  await place.write('us-west', 'synw_one')
  await place.write('us-east', 'synw_two')
  assert.equal(await place.read('us-west'), 'synw_one')
  assert.equal(await place.read('us-east'), 'synw_two')
  const other = createTokenSecret({ url, namespace: 'here', token: 'account' }, 'others')
  await assert.rejects(other.write('us-west', 'x'), /403/)
})

test('what a pod is given says how to reach the API server', (t) => {
  const base = folder(t)
  mkdirSync(base, { recursive: true })
  writeFileSync(path.join(base, 'namespace'), 'syndata')
  writeFileSync(path.join(base, 'token'), 'account\n')
  assert.deepEqual(accessFromPod(base), {
    url: 'https://kubernetes.default.svc',
    namespace: 'syndata',
    token: 'account',
  })
})
