import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { inputServer, sha256Of } from '#test/support/input-server.ts'
import { createHttpCalls } from './http-calls.ts'
import { createInputCache } from './input-cache.ts'

const never = new AbortController().signal
const bytesOf = (length: number, first: number) =>
  Uint8Array.from({ length }, (_, i) => (first + i * 7) & 255)

async function setUp(t: TestContext, maxBytes = 2 ** 20) {
  const dir = await mkdtemp(join(tmpdir(), 'inputs-'))
  const http = createHttpCalls({ authority: '' })
  const server = await inputServer(t)
  t.after(async () => {
    http.close()
    await rm(dir, { recursive: true, force: true })
  })
  const open = () => createInputCache({ http }, { dir, maxBytes })
  const source = { baseUrl: server.url, token: 'secret' }
  return { dir, server, source, open, cache: open() }
}

test('a file comes once for all who hold it, and is there for the next cache', async (t) => {
  const { server, source, cache, open } = await setUp(t)
  const bytes = bytesOf(200_000, 1)
  const wanted = server.add(bytes)
  const none = server.add(new Uint8Array())
  const [one, two] = await Promise.all([
    cache.hold([wanted, none], source, { signal: never }),
    cache.hold([wanted], source, { signal: never }),
  ])
  assert.equal(one.files[0]?.path, two.files[0]?.path)
  assert.deepEqual(new Uint8Array(await readFile(two.files[0]?.path ?? '')), bytes)
  assert.deepEqual(
    new Set(server.asked.map(({ path, token }) => `${path} ${token}`)),
    new Set([wanted, none].map(({ cid }) => `/inputs/${cid} secret`)),
  )
  assert.equal(server.asked.length, 2)
  await open().hold([wanted], source, { signal: never })
  assert.equal(server.asked.length, 2)
})

test('a download goes on where it broke, also in another process', async (t) => {
  const { dir, server, source, cache } = await setUp(t)
  const bytes = bytesOf(300_000, 2)
  const wanted = server.add(bytes)
  await writeFile(join(dir, `${wanted.sha256}.part`), bytes.subarray(0, 1000))
  let breaks = 2
  server.trouble = () => (breaks-- > 0 ? { cutAfter: 100_000 } : null)
  const { files } = await cache.hold([wanted], source, { signal: never })
  assert.equal(sha256Of(await readFile(files[0]?.path ?? '')), wanted.sha256)
  assert.deepEqual(await readdir(dir), [wanted.sha256])
  const starts = server.asked.map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]))
  assert.equal(starts[0], 1000)
  assert.ok(
    starts.length === 3 && starts.every((start, i) => i === 0 || start > (starts[i - 1] ?? 0)),
  )
})

test('a store that is away or troubled is waited for, until nobody wants the file', async (t) => {
  const { server, source, cache } = await setUp(t)
  const wanted = server.add(bytesOf(1000, 3))
  await server.stop()
  const gone = new AbortController()
  const abandoned = cache.hold([wanted], source, { signal: gone.signal })
  const coming = cache.hold([wanted], source, { signal: never })
  gone.abort()
  await assert.rejects(abandoned)
  await delay(150)
  let troubles = 1
  server.trouble = () => (troubles-- > 0 ? { status: 503 } : null)
  await server.listen()
  assert.equal((await coming).files.length, 1)
})

test('what is refused, lost or not what its digest says is said', async (t) => {
  const { dir, server, source, cache } = await setUp(t)
  const wanted = server.add(bytesOf(1000, 4))
  const hold = (one = wanted) => cache.hold([one], source, { signal: never })
  server.trouble = () => ({ status: 403, code: 'forbidden' })
  await assert.rejects(hold(), { code: 'forbidden' })
  server.trouble = () => ({ status: 500, code: 'part_missing' })
  await assert.rejects(hold(), { code: 'part_missing' })
  server.trouble = () => null
  const lie = { ...wanted, sha256: '0'.repeat(64) }
  await assert.rejects(hold(lie), { code: 'digest_mismatch' })
  await assert.rejects(hold({ ...wanted, bytes: 10 }), { code: 'digest_mismatch' })
  await assert.rejects(hold({ ...wanted, sha256: '../../x' }), RangeError)
  assert.deepEqual(await readdir(dir), [])
  assert.equal((await hold()).files.length, 1)
})

test('beyond its bound the oldest files go, but none that is held', async (t) => {
  const { dir, server, source, cache } = await setUp(t, 2500)
  const files = [5, 6, 7, 8].map((first) => server.add(bytesOf(1000, first)))
  const hold = (at: number) => {
    const wanted = files[at]
    assert.ok(wanted)
    return cache.hold([wanted], source, { signal: never })
  }
  const first = await hold(0)
  ;(await hold(1)).release()
  await delay(10)
  ;(await hold(2)).release()
  const digests = (...at: number[]) => at.map((i) => files[i]?.sha256 ?? '').sort()
  assert.deepEqual((await readdir(dir)).sort(), digests(0, 2))
  first.release()
  await hold(3)
  assert.deepEqual((await readdir(dir)).sort(), digests(2, 3))
})
