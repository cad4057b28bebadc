import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { concatLinks, directoryOf, type Emit } from '#engine/dag/concat.ts'
import { LEAF_BYTES, type Link, partOf } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import type { BlockStore } from './block-store.ts'
import { createFolderStore } from './folder-store.ts'
import { sweep } from './sweep.ts'

const HOUR_MS = 3_600_000

async function setUp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'sweep-'))
  t.after(() => rm(dir, { recursive: true }))
  const store = await createFolderStore(dir)
  const emit = async (build: (emit: Emit) => Link) => {
    const blocks: [string, Uint8Array][] = []
    const link = build((cid, block) => void blocks.push([cid, block]))
    for (const [cid, block] of blocks) await store.put(cid, block)
    return link
  }
  const part = async (size: number) => {
    const bytes = randomBytes(size)
    const { link, leaves, node } = partOf(bytes)
    for (const { cid, offset, length } of leaves) {
      await store.put(cid, bytes.subarray(offset, offset + length))
    }
    if (node) await store.put(node.cid, node.bytes)
    return link
  }
  const parts = [await part(10), await part(LEAF_BYTES + 1), await part(20)]
  const file = await emit((keep) => concatLinks(parts, keep))
  const root = await emit((keep) => directoryOf([{ name: 'a.csv', link: file }], keep))
  return { store, parts, file, root, lost: await part(3 * LEAF_BYTES), part }
}

const later = (ms: number) => Date.now() + ms

async function count(store: BlockStore): Promise<number> {
  let blocks = 0
  for await (const _ of store.list()) blocks++
  return blocks
}

test('what the roots reach stays, what nothing reaches goes after its grace', async (t) => {
  const { store, root, lost } = await setUp(t)
  const roots = [root.cid]
  const all = await count(store)
  const early = await sweep(store, { roots, graceMs: HOUR_MS, nowMs: later(HOUR_MS / 2) })
  assert.deepEqual(early, { kept: all, deleted: 0, freedBytes: 0, damaged: [] })
  const swept = await sweep(store, { roots, graceMs: HOUR_MS, nowMs: later(2 * HOUR_MS) })
  assert.deepEqual(swept, { kept: all - 4, deleted: 4, freedBytes: lost.dagBytes, damaged: [] })
  assert.equal(await store.has(lost.cid), false)
  assert.equal(await count(store), all - 4)
})

test('single parts are roots too, from an asynchronous list', async (t) => {
  const { store, parts } = await setUp(t)
  async function* roots() {
    for (const { cid } of parts) yield await Promise.resolve(cid)
  }
  const { kept } = await sweep(store, { roots: roots(), graceMs: 0, nowMs: later(1000) })
  assert.equal(kept, 5)
})

test('a root with a missing node is reported; the others are kept whole', async (t) => {
  const { store, parts, root, part } = await setUp(t)
  const other = await part(2 * LEAF_BYTES)
  await store.delete(parts[1]!.cid)
  const roots = [root.cid, other.cid]
  const { damaged } = await sweep(store, { roots, graceMs: 0, nowMs: later(1000) })
  assert.deepEqual(damaged, [root.cid])
  assert.equal(await store.has(parts[0]!.cid), true)
  assert.equal(await store.has(other.cid), true)
})

test('nothing is deleted when the roots or a node cannot be read', async (t) => {
  const { store, root } = await setUp(t)
  const all = await count(store)
  const fails = (): never => {
    throw new AppError('infrastructure', 'away')
  }
  const options = { graceMs: 0, nowMs: later(1000) }
  const away: BlockStore = { ...store, get: async () => fails() }
  await assert.rejects(sweep(away, { ...options, roots: [root.cid] }), { code: 'infrastructure' })
  async function* broken() {
    yield await Promise.resolve(root.cid)
    fails()
  }
  await assert.rejects(sweep(store, { ...options, roots: broken() }), { code: 'infrastructure' })
  assert.equal(await count(store), all)
})
