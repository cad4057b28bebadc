import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createInputGrants } from '#coordinator/fleet/input-grants.ts'
import { type DownloadClaims, signDownload } from '#coordinator/storage/download-token.ts'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { putPart } from '#coordinator/storage/put-dag.ts'
import { signUpload } from '#coordinator/storage/upload-token.ts'
import { LEAF_BYTES } from '#engine/dag/part.ts'
import { createSink } from './sink.ts'

const key = randomBytes(32)
const NOW_S = 1_750_000_000

async function setUp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'inputs-'))
  const store = await createFolderStore(dir)
  const log = { warn: () => undefined }
  const sink = await createSink(
    { store, key, log, onRefused: () => undefined, reasons: async () => [], nowS: () => NOW_S },
    { host: '127.0.0.1', port: 0 },
  )
  t.after(async () => {
    await sink.close()
    await rm(dir, { recursive: true })
  })
  const get = (cid: string, token: string, range?: string) =>
    fetch(`${sink.url}/inputs/${cid}`, {
      headers: { authorization: `Bearer ${token}`, ...(range && { range }) },
    })
  return { store, get }
}

const token = (claims: Partial<DownloadClaims>) =>
  signDownload(key, {
    ...{ leaseId: 'l', workerId: 'w', cids: [], expiresAt: NOW_S + 60 },
    ...claims,
  })

const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('a file comes whole and in ranges', async (t) => {
  const { store, get } = await setUp(t)
  for (const size of [0, 1, 1000, 2 * LEAF_BYTES + 17]) {
    const bytes = randomBytes(size)
    const { cid } = await putPart(store, bytes)
    const right = token({ cids: [cid] })
    const whole = await get(cid, right)
    assert.equal(whole.status, 200)
    assert.ok((await bodyOf(whole)).equals(bytes))
    if (size < 10) continue
    const rest = await get(cid, right, `bytes=${size - 7}-`)
    assert.equal(rest.status, 206)
    assert.ok((await bodyOf(rest)).equals(bytes.subarray(size - 7)))
    assert.equal((await get(cid, right, `bytes=${size}-`)).status, 416)
  }
})

test('only the files that a token of ours names, while it lasts', async (t) => {
  const { store, get } = await setUp(t)
  const { cid } = await putPart(store, Buffer.from('a model'))
  const other = await putPart(store, Buffer.from('the model of somebody else'))
  const wrong = [
    token({ cids: [other.cid] }),
    token({ cids: [cid], expiresAt: NOW_S }),
    signDownload(randomBytes(32), { leaseId: 'l', workerId: 'w', cids: [cid], expiresAt: 2 ** 40 }),
    signUpload(key, {
      ...{ leaseId: 'l', workerId: 'w', jobId: 'j', maxBytes: 1, maxCount: 1 },
      expiresAt: NOW_S + 60,
    }),
    '',
    'x'.repeat(5000),
  ]
  for (const bad of wrong) {
    const answer = await get(cid, bad)
    assert.ok([403, 431].includes(answer.status))
    assert.doesNotMatch(await answer.text(), /a model/)
  }
  assert.equal((await get(cid, token({ cids: [cid] }))).status, 200)
  assert.throws(() => token({ cids: Array.from({ length: 17 }, () => cid) }), RangeError)
})

test('a file that is missing or damaged is said to be', async (t) => {
  const { store, get } = await setUp(t)
  const bytes = randomBytes(LEAF_BYTES + 10)
  const { cid } = await putPart(store, bytes)
  await store.delete(cid)
  const answer = await get(cid, token({ cids: [cid] }))
  assert.equal(answer.status, 500)
  assert.equal(((await answer.json()) as { code: string }).code, 'part_missing')
})

test('a lease that needs no file gets no token', () => {
  const grant = createInputGrants({ key, baseUrl: 'http://parts' })
  const holder = { leaseId: 'l', workerId: 'w' }
  assert.deepEqual(grant(holder, []), {})
  const { inputs, download } = grant(holder, [{ cid: 'c', bytes: 5, sha256: 'd' }])
  assert.deepEqual(inputs, [{ cid: 'c', bytes: 5n, sha256: 'd' }])
  assert.equal(download?.baseUrl, 'http://parts')
})
