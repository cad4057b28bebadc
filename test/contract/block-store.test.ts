// One contract for every block store: the folder of one machine, and a bucket of a real S3 server when there is one.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { type BlockStore, verified } from '#coordinator/storage/block-store.ts'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { createS3Store } from '#coordinator/storage/s3-store.ts'
import { cidOfBlock, digestOfCid } from '#engine/dag/cid.ts'
import { findVersityGw, NO_VERSITYGW, startVersityGw } from './versitygw.ts'

type Damage = (cid: string, bytes: Uint8Array | 'cut') => Promise<void>
type Subject = { store: BlockStore; damage: Damage }

const block = (size = 1000) => {
  const bytes = randomBytes(size)
  return { cid: cidOfBlock('raw', bytes), bytes }
}

const checksumOf = (cid: string) => Buffer.from(digestOfCid(cid)).toString('base64')

async function listed(
  store: BlockStore,
): Promise<Map<string, { bytes: number; modifiedMs: number }>> {
  const all = new Map<string, { bytes: number; modifiedMs: number }>()
  for await (const { cid, ...rest } of store.list()) all.set(cid, rest)
  return all
}

function contract(name: string, open: (t: TestContext) => Promise<Subject>, skip: string | false) {
  suite(name, { skip }, () => {
    test('what was put is read back, listed, and gone after delete', async (t) => {
      const { store } = await open(t)
      const blocks = [block(0), block(1), block(70_000), block(1 << 20)]
      const before = Date.now()
      for (const { cid, bytes } of blocks) {
        assert.equal(await store.has(cid), false)
        assert.equal(await store.get(cid), null)
        assert.equal(await store.sizeOf(cid), null)
        assert.equal(await store.getRange(cid, 0, 1), null)
        await store.put(cid, bytes)
        assert.equal(await store.has(cid), true)
        assert.equal(await store.sizeOf(cid), bytes.length)
        assert.ok(Buffer.from((await store.get(cid)) as Uint8Array).equals(bytes))
      }
      const all = await listed(store)
      assert.deepEqual([...all.keys()].sort(), blocks.map(({ cid }) => cid).sort())
      for (const { cid, bytes } of blocks) {
        assert.equal(all.get(cid)?.bytes, bytes.length)
        assert.ok(Math.abs((all.get(cid)?.modifiedMs ?? 0) - before) < 60_000)
        await store.delete(cid)
        await store.delete(cid)
        assert.equal(await store.get(cid), null)
      }
      assert.equal((await listed(store)).size, 0)
    })

    test('a range of a block is those bytes of it, and ends where the block does', async (t) => {
      const { store } = await open(t)
      const [{ cid, bytes }, empty] = [block(100_000), block(0)]
      await store.put(cid, bytes)
      await store.put(empty.cid, empty.bytes)
      const ranges: [number, number][] = [
        ...([
          [0, 1],
          [0, 100_000],
          [99_999, 100_000],
          [40_000, 70_001],
        ] as [number, number][]),
        ...([
          [99_000, 200_000],
          [100_000, 100_001],
          [300_000, 300_010],
        ] as [number, number][]),
      ]
      for (const [from, to] of ranges) {
        const range = await store.getRange(cid, from, to)
        assert.ok(Buffer.from(range ?? []).equals(bytes.subarray(from, to)), `${from} to ${to}`)
        assert.equal((await verified(store).getRange(cid, from, to))?.length, range?.length)
      }
      assert.equal((await store.getRange(empty.cid, 0, 10))?.length, 0)
    })

    test('putting twice, also at once, is putting once', async (t) => {
      const { store } = await open(t)
      const { cid, bytes } = block()
      await Promise.all(Array.from({ length: 8 }, () => store.put(cid, bytes)))
      await store.put(cid, bytes)
      assert.deepEqual([...(await listed(store)).keys()], [cid])
      assert.ok(Buffer.from((await store.get(cid)) as Uint8Array).equals(bytes))
    })

    test('more blocks than one page of a listing are all listed', async (t) => {
      const { store } = await open(t)
      const blocks = Array.from({ length: 1100 }, () => block(8))
      for (let from = 0; from < blocks.length; from += 50) {
        await Promise.all(
          blocks.slice(from, from + 50).map(({ cid, bytes }) => store.put(cid, bytes)),
        )
      }
      assert.deepEqual(new Set((await listed(store)).keys()), new Set(blocks.map(({ cid }) => cid)))
    })

    test('a block put later than a sweep began outlives that sweep', async (t) => {
      const { store } = await open(t)
      const { cid, bytes } = block()
      await store.put(cid, bytes)
      await store.delete(cid, { notAfterMs: Date.now() - 60_000 })
      assert.equal(await store.has(cid), true)
      await store.delete(cid, { notAfterMs: Date.now() + 60_000 })
      assert.equal(await store.has(cid), false)
    })

    test('a damaged block reads as missing through the verified view, and can be put again', async (t) => {
      const { store, damage } = await open(t)
      const { cid, bytes } = block()
      for (const how of ['cut' as const, randomBytes(bytes.length)]) {
        await store.put(cid, bytes)
        await damage(cid, how)
        assert.ok(await store.get(cid))
        assert.equal(await verified(store).get(cid), null)
        await store.put(cid, bytes)
        assert.ok(Buffer.from((await verified(store).get(cid)) as Uint8Array).equals(bytes))
      }
    })

    test('a name that is no CID of a block is refused', async (t) => {
      const { store } = await open(t)
      for (const name of ['../x', 'QmWATWQ7fVPP2EFGu71UkfnqhYXDYH566qy47CnJDgvs8u', '']) {
        await assert.rejects(store.put(name, Buffer.of(1)), RangeError)
        await assert.rejects(store.get(name), RangeError)
        await assert.rejects(store.has(name), RangeError)
        await assert.rejects(store.getRange(name, 0, 1), RangeError)
        await assert.rejects(store.sizeOf(name), RangeError)
        await assert.rejects(store.delete(name), RangeError)
      }
    })

    test('an aborted call rejects', async (t) => {
      const { store } = await open(t)
      const { cid, bytes } = block()
      const signal = AbortSignal.abort()
      await assert.rejects(store.put(cid, bytes, { signal }), { name: 'AbortError' })
      await assert.rejects(store.get(cid, { signal }), { name: 'AbortError' })
      await assert.rejects(store.getRange(cid, 0, 1, { signal }), { name: 'AbortError' })
      assert.equal(await store.has(cid), false)
    })
  })
}

async function openFolder(t: TestContext): Promise<Subject & { dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'blocks-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const store = await createFolderStore(dir)
  const damage: Damage = async (cid, how) => {
    const shards = await readdir(dir)
    const path = join(dir, shards.find((shard) => cid.slice(-3, -1) === shard) ?? '', cid)
    await (how === 'cut' ? truncate(path, 10) : writeFile(path, how))
  }
  return { store, damage, dir }
}

contract('folder', openFolder, false)
contract('S3', openBucket, findVersityGw() ? false : NO_VERSITYGW)

async function openBucket(t: TestContext): Promise<Subject> {
  const server = await startVersityGw(t)
  const settings = await server.bucket()
  const store = createS3Store(settings)
  const damage: Damage = async (cid, how) => {
    const path = server.objectPath(settings.bucket, `blocks/${cid}`)
    await (how === 'cut' ? truncate(path, 10) : writeFile(path, how))
  }
  return { store, damage }
}

test('a presigned upload takes the block that it names, of its length, and nothing else', async (t) => {
  if (!findVersityGw()) return t.skip(NO_VERSITYGW)
  const server = await startVersityGw(t)
  const store = createS3Store(await server.bucket())
  const { cid, bytes } = block(70_000)
  const { url, headers } = await store.presignPut(cid, bytes.length, 60)
  const put = async (body: Buffer, sent = headers) => {
    const rest = Object.entries(sent).filter(([name]) => name !== 'content-length')
    return (await fetch(url, { method: 'PUT', headers: Object.fromEntries(rest), body })).status
  }
  const other = block(70_000)
  assert.equal(await put(other.bytes), 400)
  assert.equal(await put(bytes.subarray(1)), 403)
  assert.equal(await put(other.bytes, { 'x-amz-checksum-sha256': checksumOf(other.cid) }), 403)
  assert.equal(await put(bytes, {}), 403)
  assert.equal(await store.has(cid), false)
  assert.equal(await put(bytes), 200)
  assert.ok(Buffer.from((await store.get(cid)) as Uint8Array).equals(bytes))
})

test('a bucket that does not answer, or refuses, is an infrastructure error', async (t) => {
  const away = {
    endpoint: 'http://127.0.0.1:1',
    bucket: 'b',
    region: 'r',
    accessKeyId: 'a',
    secretAccessKey: 's',
  }
  await assert.rejects(createS3Store(away).get(block().cid), { code: 'infrastructure' })
  if (!findVersityGw()) return t.skip(NO_VERSITYGW)
  const server = await startVersityGw(t)
  const settings = { ...(await server.bucket()), secretAccessKey: 'wrong' }
  await assert.rejects(createS3Store(settings).has(block().cid), { code: 'infrastructure' })
})

test('a folder that is opened again still has its blocks, and loses what was half written', async (t) => {
  const { store, dir } = await openFolder(t)
  const { cid, bytes } = block()
  await store.put(cid, bytes)
  const [old, fresh] = [join(dir, 'incoming', 'old'), join(dir, 'incoming', 'fresh')]
  await writeFile(old, 'half')
  await utimes(old, 0, 0)
  await writeFile(fresh, 'of a process that still writes')
  const again = await createFolderStore(dir)
  assert.equal(await again.has(cid), true)
  assert.deepEqual(await readdir(join(dir, 'incoming')), ['fresh'])
})

test('a folder that cannot be written is an infrastructure error', async (t) => {
  const { store, dir } = await openFolder(t)
  await rm(dir, { recursive: true })
  await writeFile(dir, 'a file in its place')
  const { cid, bytes } = block()
  await assert.rejects(store.put(cid, bytes), { code: 'infrastructure' })
})
