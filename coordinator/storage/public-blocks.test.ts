import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LEAF_BYTES, partOf } from '#engine/dag/part.ts'
import { createFolderStore } from './folder-store.ts'
import { createPublicBlocks } from './public-blocks.ts'
import { putConcat, putPart } from './put-dag.ts'

test('a published root makes public all under it and nothing else', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'public-'))
  t.after(() => rm(dir, { recursive: true }))
  const store = await createFolderStore(dir)
  const large = randomBytes(LEAF_BYTES + 1)
  const parts = [await putPart(store, large), await putPart(store, randomBytes(10))]
  const root = await putConcat(store, parts)
  const other = await putPart(store, randomBytes(10))
  const blocks = createPublicBlocks(store)
  assert.equal(blocks.has(root.cid), false)
  await blocks.addRoot(root.cid)
  const { leaves } = partOf(large)
  for (const cid of [
    root.cid,
    ...parts.map((part) => part.cid),
    ...leaves.map((leaf) => leaf.cid),
  ]) {
    assert.equal(blocks.has(cid), true)
  }
  assert.equal(blocks.has(other.cid), false)
})

test('a root whose tree is damaged is not public in part, and can be added once it is whole', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'public-'))
  t.after(() => rm(dir, { recursive: true }))
  const store = await createFolderStore(dir)
  const large = randomBytes(LEAF_BYTES + 1)
  const parts = [await putPart(store, randomBytes(10)), await putPart(store, large)]
  const root = await putConcat(store, parts)
  await store.delete(parts[1]!.cid)
  const blocks = createPublicBlocks(store)
  await assert.rejects(blocks.addRoot(root.cid), { code: 'part_missing' })
  assert.equal(blocks.has(root.cid), false)
  await putPart(store, large)
  await blocks.addRoot(root.cid)
  assert.equal(blocks.has(parts[1]!.cid), true)
})
