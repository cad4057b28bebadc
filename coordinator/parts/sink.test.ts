import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { createCertificateAuthority } from '#coordinator/identity/certificate-authority.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { signUpload, type UploadClaims } from '#coordinator/storage/upload-token.ts'
import { LEAF_BYTES, partOf } from '#engine/dag/part.ts'
import { readRange } from '#engine/dag/read-range.ts'
import { createSink, type SinkOptions } from './sink.ts'
import type { Refusal } from './take-upload.ts'

const key = randomBytes(32)
const NOW_S = 1_750_000_000

async function setUp(
  t: TestContext,
  options: Partial<SinkOptions> = {},
  wrap = (s: BlockStore) => s,
) {
  const dir = await mkdtemp(join(tmpdir(), 'sink-'))
  const store = wrap(await createFolderStore(dir))
  const refused: Refusal[] = []
  const warned: string[] = []
  const reasons: string[] = []
  const log = { warn: (_: object, message: string) => void warned.push(message) }
  const sink = await createSink(
    {
      store,
      key,
      log,
      onRefused: (refusal) => refused.push(refusal),
      reasons: async () => reasons,
      nowS: () => NOW_S,
    },
    { host: '127.0.0.1', port: 0, ...options },
  )
  t.after(async () => {
    await sink.close()
    await rm(dir, { recursive: true })
  })
  const put = async (cid: string, bytes: Uint8Array, token: string) => {
    const response = await fetch(`${sink.url}/parts/${cid}?token=${token}`, {
      method: 'PUT',
      body: bytes as Uint8Array<ArrayBuffer>,
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const stored = async () => {
    const cids: string[] = []
    for await (const block of store.list()) cids.push(block.cid)
    return cids.sort()
  }
  return { sink, store, dir, refused, warned, reasons, put, stored }
}

function token(claims: Partial<UploadClaims> = {}) {
  return signUpload(key, {
    leaseId: 'lease-1',
    workerId: 'worker-1',
    jobId: 'job-1',
    maxBytes: 64 * LEAF_BYTES,
    maxCount: 100,
    expiresAt: NOW_S + 60,
    ...claims,
  })
}

async function read(store: BlockStore, cid: string, bytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of readRange(store.get, cid, 0, bytes)) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('a part of any size is stored as its blocks and answered with its link', async (t) => {
  const { put, store, stored, refused } = await setUp(t)
  for (const size of [0, 1, LEAF_BYTES, LEAF_BYTES + 1, 3 * LEAF_BYTES, 17 * LEAF_BYTES + 5]) {
    const bytes = randomBytes(size)
    const { link, leaves, node } = partOf(bytes)
    const { status, body } = await put(link.cid, bytes, token())
    assert.equal(status, 201)
    assert.deepEqual(body, { cid: link.cid, bytes: link.bytes, dag_bytes: link.dagBytes })
    assert.ok((await read(store, link.cid, size)).equals(bytes))
    const all = await stored()
    for (const block of [...leaves, ...(node ? [node] : [])]) assert.ok(all.includes(block.cid))
  }
  assert.deepEqual(refused, [])
})

test('a part that is stored already is verified again all the same', async (t) => {
  const { put, stored } = await setUp(t)
  const bytes = randomBytes(1000)
  const { cid } = partOf(bytes).link
  assert.equal((await put(cid, bytes, token())).status, 201)
  assert.equal((await put(cid, bytes, token())).status, 201)
  const { status, body } = await put(cid, randomBytes(1000), token())
  assert.equal(status, 422)
  assert.equal(body['code'], 'digest_mismatch')
  assert.deepEqual(await stored(), [cid])
})

test('wrong bytes leave nothing and are reported with who sent them', async (t) => {
  const { put, stored, refused } = await setUp(t)
  for (const size of [10, 2 * LEAF_BYTES]) {
    const { cid } = partOf(randomBytes(size)).link
    const { status, body } = await put(cid, randomBytes(size), token())
    assert.equal(status, 422)
    assert.equal(body['code'], 'digest_mismatch')
    assert.equal(refused.at(-1)?.code, 'digest_mismatch')
    assert.equal(refused.at(-1)?.workerId, 'worker-1')
    assert.equal(refused.at(-1)?.cid, cid)
  }
  assert.deepEqual(await stored(), [])
})

test('forged, expired and missing tokens are refused before the body is read', async (t) => {
  const { put, stored, refused } = await setUp(t)
  const bytes = randomBytes(100)
  const { cid } = partOf(bytes).link
  const forged = signUpload(randomBytes(32), {
    leaseId: 'lease-1',
    workerId: 'w',
    jobId: 'j',
    maxBytes: 1000,
    maxCount: 1,
    expiresAt: NOW_S + 60,
  })
  for (const bad of [forged, '', token({ expiresAt: NOW_S })]) {
    const { status, body } = await put(cid, bytes, bad)
    assert.equal(status, 403)
    assert.equal(body['code'], 'upload_refused')
  }
  assert.deepEqual(await stored(), [])
  assert.deepEqual(
    refused.map((refusal) => refusal.leaseId),
    [null, null, 'lease-1'],
  )
})

test('parts above the token or the sink are refused', async (t) => {
  const { put, stored } = await setUp(t, { maxBytes: 3000 })
  const bytes = randomBytes(2000)
  const { cid } = partOf(bytes).link
  const small = await put(cid, bytes, token({ maxBytes: 1999 }))
  assert.equal(small.status, 413)
  assert.equal(small.body['code'], 'payload_too_large')
  const large = randomBytes(3001)
  assert.equal((await put(partOf(large).link.cid, large, token())).status, 413)
  const huge = randomBytes(12 * LEAF_BYTES)
  await put(partOf(huge).link.cid, huge, token()).then(
    ({ status }) => assert.equal(status, 413),
    // The sink cuts a connection that would send much more than it will take.
    (error: Error) => assert.match(inspect(error), /ECONNRESET|EPIPE|other side closed/),
  )
  assert.equal((await put(cid, bytes, token())).status, 201)
  assert.deepEqual(await stored(), [cid])
})

test('a lease puts as many different parts as its token says, each as often as it must', async (t) => {
  const { put } = await setUp(t)
  const parts = [randomBytes(10), randomBytes(11), randomBytes(12)]
  const two = token({ maxCount: 2 })
  const status = async (bytes: Buffer) => (await put(partOf(bytes).link.cid, bytes, two)).status
  assert.equal((await put(partOf(parts[2]!).link.cid, randomBytes(12), two)).status, 422)
  assert.equal(await status(parts[0]!), 201)
  assert.equal(await status(parts[1]!), 201)
  assert.equal(await status(parts[0]!), 201)
  assert.equal(await status(parts[2]!), 403)
  for (let tries = 5; tries < 25; tries++) await status(parts[0]!)
  assert.equal(await status(parts[0]!), 403)
})

test('a sender that dies on the way leaves nothing, and its memory is free again', async (t) => {
  const { sink, put, stored, dir, warned } = await setUp(t)
  const bytes = randomBytes(16 * LEAF_BYTES)
  const { cid } = partOf(bytes).link
  const { hostname, port } = new URL(sink.url)
  for (let i = 0; i < 5; i++) {
    const socket = connect(Number(port), hostname)
    socket.write(`PUT /parts/${cid}?token=${token()} HTTP/1.1\r\nHost: x\r\n`)
    socket.write(`Content-Length: ${bytes.length}\r\n\r\n`)
    socket.write(bytes.subarray(0, 5 * LEAF_BYTES), () => socket.destroy())
    await once(socket, 'close')
  }
  assert.equal((await put(cid, bytes, token())).status, 201)
  assert.equal((await stored()).length, 17)
  assert.deepEqual(await readdir(join(dir, 'incoming')), [])
  assert.deepEqual(warned, [])
})

test('more uploads than memory wait their turn', async (t) => {
  const { put, stored } = await setUp(t, { memoryBytes: 16 * LEAF_BYTES })
  const parts = Array.from({ length: 24 }, () => randomBytes(3 * LEAF_BYTES))
  const answers = await Promise.all(
    parts.map((bytes) => put(partOf(bytes).link.cid, bytes, token())),
  )
  assert.ok(answers.every(({ status }) => status === 201))
  assert.equal((await stored()).length, 24 * 4)
})

test('a store that fails is an infrastructure error, not a refusal', async (t) => {
  const broken = (store: BlockStore): BlockStore => ({
    ...store,
    put: () => Promise.reject(Object.assign(new Error('disk'), { code: 'ENOSPC' })),
  })
  const { put, refused, warned } = await setUp(t, {}, broken)
  const bytes = randomBytes(10)
  const { status, body } = await put(partOf(bytes).link.cid, bytes, token())
  assert.equal(status, 500)
  assert.doesNotMatch(JSON.stringify(body), /disk|ENOSPC/)
  assert.deepEqual(refused, [])
  assert.deepEqual(warned, ['an upload failed'])
})

test('ready is what the process says of itself', async (t) => {
  const { sink, reasons } = await setUp(t)
  const ready = await fetch(`${sink.url}/ready`)
  assert.deepEqual([ready.status, await ready.json()], [200, { ready: true }])
  reasons.push('It is stopping.')
  const leaving = await fetch(`${sink.url}/ready`)
  assert.equal(leaving.status, 503)
  assert.deepEqual(await leaving.json(), { ready: false, reasons: ['It is stopping.'] })
})

test('a sink that closes answers what it has begun, and keeps no connection', async (t) => {
  const admitted = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const put = () => {
    admitted.resolve()
    return gate.promise
  }
  const { sink } = await setUp(t, {}, (store) => ({ ...store, put }))
  const bytes = randomBytes(10)
  const url = `${sink.url}/parts/${partOf(bytes).link.cid}?token=${token()}`
  const putting = fetch(url, { method: 'PUT', body: bytes })
  await admitted.promise
  const closed = sink.close()
  gate.resolve()
  const response = await putting
  assert.deepEqual([response.status, response.headers.get('connection')], [201, 'close'])
  await closed
})

test('health answers, anything else is not found', async (t) => {
  const { sink } = await setUp(t)
  assert.deepEqual(await (await fetch(`${sink.url}/health`)).json(), { status: 'ok' })
  const cid = partOf(randomBytes(3)).link.cid
  for (const path of ['/', '/parts/', `/parts/${cid}/x`, '/parts/..%2fetc', `/parts/x${cid}`]) {
    assert.equal((await fetch(sink.url + path, { method: 'PUT', body: 'x' })).status, 404, path)
  }
  assert.equal((await fetch(`${sink.url}/parts/${cid}`)).status, 404)
})

test('under the fleet’s certificate the sink speaks TLS', async (t) => {
  const kept = new Map<string, Buffer>()
  const getOrCreate = async (name: string, make: () => Promise<Buffer> | Buffer) => {
    const secret = kept.get(name) ?? (await make())
    kept.set(name, secret)
    return secret
  }
  const authority = await createCertificateAuthority({ secrets: { getOrCreate } })
  const { key: tlsKey, certificate } = await authority.issueServerCertificate({
    hosts: ['127.0.0.1'],
  })
  const { sink, stored } = await setUp(t, { tls: { key: tlsKey, cert: certificate } })
  const bytes = randomBytes(1000)
  const { cid } = partOf(bytes).link
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = { method: 'PUT', ca: authority.certificate, agent: false as const }
    const put = httpsRequest(`${sink.url}/parts/${cid}?token=${token()}`, options, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    put.once('error', reject)
    put.end(bytes)
  })
  assert.equal(status, 201)
  assert.deepEqual(await stored(), [cid])
})

test('a body of unknown length is refused', async (t) => {
  const { sink } = await setUp(t)
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('x'))
      controller.close()
    },
  })
  const { cid } = partOf(Buffer.from('x')).link
  const init = { method: 'PUT', body, duplex: 'half' } as RequestInit
  const response = await fetch(`${sink.url}/parts/${cid}?token=${token()}`, init)
  assert.equal(response.status, 400)
})
