import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { carOf, carSize } from './car.ts'
import { verifyBlock } from './cid.ts'
import { concatLinks, directoryOf } from './concat.ts'
import { LEAF_BYTES, partOf } from './part.ts'
import { ByteReader } from './varint.ts'
import { walkDag } from './walk.ts'

function sampleTree() {
  const blocks = new Map<string, Uint8Array>()
  const keep = (cid: string, block: Uint8Array) => void blocks.set(cid, block)
  const same = randomBytes(3000)
  const parts = [same, randomBytes(LEAF_BYTES + 10), same, randomBytes(5)].map((bytes) => {
    const { link, leaves, node } = partOf(bytes)
    for (const { cid, offset, length } of leaves) keep(cid, bytes.subarray(offset, offset + length))
    if (node) keep(node.cid, node.bytes)
    return link
  })
  const file = concatLinks(parts, keep)
  const root = directoryOf(
    [
      { name: 'b.csv', link: file },
      { name: 'a.csv', link: parts[1]! },
    ],
    keep,
  )
  return { blocks, root, file, parts, get: async (cid: string) => blocks.get(cid) ?? null }
}

async function archive(tree: ReturnType<typeof sampleTree>, root: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of carOf(tree.get, root)) pieces.push(piece)
  return Buffer.concat(pieces)
}

// A reader of its own, by the specification, so that writer and reader cannot share a mistake.
function readCar(car: Uint8Array) {
  const reader = new ByteReader(car)
  const header = Buffer.from(reader.take(reader.varint()))
  const entries: { cid: string; bytes: Uint8Array }[] = []
  while (!reader.atEnd()) {
    const [cid, bytes] = CID.decodeFirst(reader.take(reader.varint()))
    entries.push({ cid: cid.toString(), bytes })
  }
  return { header, entries }
}

test('the archive holds every block of the tree once, depth first, and has the size told beforehand', async () => {
  const tree = sampleTree()
  const car = await archive(tree, tree.root.cid)
  assert.equal(car.length, await carSize(tree.get, tree.root.cid))
  const { header, entries } = readCar(car)
  const root = Buffer.from(CID.parse(tree.root.cid).bytes).toString('hex')
  const expected = `a265726f6f747381d82a582500${root}6776657273696f6e01`
  assert.equal(header.toString('hex'), expected, 'dag-cbor of {roots: [root], version: 1}')
  for (const { cid, bytes } of entries) assert.ok(verifyBlock(cid, bytes))
  assert.equal(entries.length, tree.blocks.size)
  assert.deepEqual(new Set(entries.map(({ cid }) => cid)), new Set(tree.blocks.keys()))
  assert.equal(entries[0]?.cid, tree.root.cid)
  assert.equal(entries[1]?.cid, tree.parts[1]?.cid, 'a.csv comes before b.csv')
})

test('walking names the same blocks with their lengths, reading nodes only', async () => {
  const tree = sampleTree()
  const read: string[] = []
  const get = (cid: string) => {
    read.push(cid)
    return tree.get(cid)
  }
  const named: [string, number][] = []
  for await (const { cid, bytes } of walkDag(get, tree.root.cid)) named.push([cid, bytes])
  const { entries } = readCar(await archive(tree, tree.root.cid))
  assert.deepEqual(
    named,
    entries.map(({ cid, bytes }) => [cid, bytes.length]),
  )
  assert.ok(read.every((cid) => cid.startsWith('bafy')))
})

test('a shared seen set leaves out what another root had', async () => {
  const tree = sampleTree()
  const seen = new Set<string>()
  for await (const _ of walkDag(tree.get, tree.file.cid, { seen }));
  const rest: string[] = []
  for await (const { cid } of walkDag(tree.get, tree.root.cid, { seen })) rest.push(cid)
  assert.deepEqual(rest, [tree.root.cid])
})

test('a single leaf is an archive of one block', async () => {
  const tree = sampleTree()
  const leaf = tree.parts[3]!
  const car = await archive(tree, leaf.cid)
  assert.equal(car.length, await carSize(tree.get, leaf.cid))
  assert.deepEqual(
    readCar(car).entries.map(({ cid }) => cid),
    [leaf.cid],
  )
})

test('a missing block fails the archive', async () => {
  const tree = sampleTree()
  tree.blocks.delete(tree.parts[3]!.cid)
  await assert.rejects(archive(tree, tree.root.cid), { code: 'part_missing' })
})
