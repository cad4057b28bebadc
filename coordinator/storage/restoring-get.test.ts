import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatLinks } from '#engine/dag/concat.ts'
import { LEAF_BYTES, partOf } from '#engine/dag/part.ts'
import { readRange } from '#engine/dag/read-range.ts'
import { createRestoringGet } from './restoring-get.ts'

function fileOf(sizes: number[]) {
  const blocks = new Map<string, Uint8Array>()
  const put = (cid: string, bytes: Uint8Array) => void blocks.set(cid, bytes)
  const contents = sizes.map((size, i) => new Uint8Array(size).fill(i + 1))
  const store = (bytes: Uint8Array) => {
    const { link, leaves, node } = partOf(bytes)
    for (const { cid, offset, length } of leaves) put(cid, bytes.subarray(offset, offset + length))
    if (node) put(node.cid, node.bytes)
    return link
  }
  const links = contents.map(store)
  const { cid, bytes } = concatLinks(links, put)
  const restored: string[] = []
  const restore = (partCid: string) => {
    const at = links.findIndex((link) => link.cid === partCid)
    if (at < 0) return Promise.resolve(false)
    restored.push(partCid)
    store(contents[at] as Uint8Array)
    return Promise.resolve(true)
  }
  return { blocks, links, cid, bytes, restore, restored, expected: Buffer.concat(contents) }
}

async function readAll(file: ReturnType<typeof fileOf>): Promise<Buffer> {
  const get = createRestoringGet(
    (cid) => Promise.resolve(file.blocks.get(cid) ?? null),
    file.restore,
  )
  const pieces: Uint8Array[] = []
  for await (const piece of readRange(get, file.cid, 0, file.bytes)) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('a lost part of one leaf, a lost leaf of a part, a lost part node: the file reads whole', async () => {
  const sizes = [10, LEAF_BYTES + 5, LEAF_BYTES * 2]
  const lost: ((file: ReturnType<typeof fileOf>) => string)[] = [
    ({ links }) => links[0]?.cid ?? '',
    ({ links }) => links[1]?.cid ?? '',
    () => partOf(new Uint8Array(LEAF_BYTES + 5).fill(2)).leaves[1]?.cid ?? '',
  ]
  for (const pick of lost) {
    const file = fileOf(sizes)
    assert.ok(file.blocks.delete(pick(file)))
    assert.deepEqual(await readAll(file), file.expected)
    assert.equal(file.restored.length, 1)
  }
})

test('what belongs to no part stays missing', async () => {
  const file = fileOf([10, 20])
  file.blocks.delete(file.cid)
  await assert.rejects(readAll(file), /missing/)
})
