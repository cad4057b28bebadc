import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { AppError } from '#engine/errors.ts'
import { cidOfBlock, verifyBlock } from './cid.ts'
import { concatLinks, directoryOf } from './concat.ts'
import { decodeNode } from './node.ts'
import { LEAF_BYTES, type Link, MAX_LINKS, partOf } from './part.ts'
import { readRange } from './read-range.ts'

function createBlocks() {
  const blocks = new Map<string, Uint8Array>()
  let inFlight = 0
  let most = 0
  const get = async (cid: string) => {
    most = Math.max(most, ++inFlight)
    await Promise.resolve()
    inFlight--
    return blocks.get(cid) ?? null
  }
  const keep = (cid: string, block: Uint8Array) => void blocks.set(cid, block)
  const add = (bytes: Uint8Array): Link => {
    const { link, leaves, node } = partOf(bytes)
    for (const { cid, offset, length } of leaves) keep(cid, bytes.subarray(offset, offset + length))
    if (node) keep(node.cid, node.bytes)
    return link
  }
  return { blocks, get, keep, add, most: () => most }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('the file over parts is their exact concatenation, at every boundary and in any range', async () => {
  const store = createBlocks()
  const lengths = [0, 1, LEAF_BYTES, 0, LEAF_BYTES + 1, 3, 2 * LEAF_BYTES, 70_000]
  const parts = lengths.map((length) => randomBytes(length))
  const whole = Buffer.concat(parts)
  const root = concatLinks(parts.map(store.add), store.keep)
  assert.equal(root.bytes, whole.length)
  for (const [cid, block] of store.blocks) assert.ok(verifyBlock(cid, block))

  let edge = 0
  const edges = [...lengths.map((length) => (edge += length)), LEAF_BYTES + 2, whole.length + 5]
  const near = fc.tuple(fc.constantFrom(...edges), fc.integer({ min: -2, max: 2 }))
  const place = fc.oneof(
    near.map(([at, by]) => Math.max(0, at + by)),
    fc.nat({ max: whole.length }),
  )
  const readAhead = fc.integer({ min: 1, max: 9 })
  await fc.assert(
    fc.asyncProperty(place, place, readAhead, async (a, b, ahead) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const got = await collect(readRange(store.get, root.cid, from, to, { readAhead: ahead }))
      assert.ok(got.equals(whole.subarray(from, to)), `${from}-${to}`)
    }),
    { numRuns: 60 },
  )
})

test('more parts than one node holds make two levels, and read back', async () => {
  const store = createBlocks()
  const parts = Array.from({ length: 2 * MAX_LINKS + 1 }, (_, i) => Buffer.from(`row ${i}\n`))
  const emitted: string[] = []
  const root = concatLinks(parts.map(store.add), (cid, block) => {
    emitted.push(cid)
    store.keep(cid, block)
  })
  assert.equal(emitted.length, 4)
  assert.equal(emitted.at(-1), root.cid)
  const children = decodeNode(store.blocks.get(root.cid) as Uint8Array)
  assert.deepEqual(children.links.length, 3)
  let dagBytes = 0
  for (const block of store.blocks.values()) dagBytes += block.length
  assert.equal(root.dagBytes, dagBytes)
  assert.ok(
    (await collect(readRange(store.get, root.cid, 0, root.bytes))).equals(Buffer.concat(parts)),
  )
  assert.ok(store.most() <= 16, `${store.most()} blocks in flight`)
})

test('over plain leaves the tree is the one of the imported file', () => {
  const bytes = randomBytes(3 * LEAF_BYTES + 9)
  const { link, leaves } = partOf(bytes)
  const links = leaves.map(({ cid, length }) => ({ cid, bytes: length, dagBytes: length }))
  assert.deepEqual(
    concatLinks(links, () => {}),
    link,
  )
})

test('no parts are the empty leaf, one part is itself', () => {
  const store = createBlocks()
  const empty = { cid: cidOfBlock('raw', new Uint8Array(0)), bytes: 0, dagBytes: 0 }
  assert.deepEqual(concatLinks([], store.keep), empty)
  assert.deepEqual([...store.blocks.keys()], [empty.cid])
  const one = store.add(randomBytes(100))
  assert.deepEqual(concatLinks([empty, one, empty], assert.fail), one)
})

test('a missing block is named with its place in the file', async () => {
  const store = createBlocks()
  const parts = [randomBytes(10), randomBytes(20), randomBytes(30)].map(store.add)
  const root = concatLinks(parts, store.keep)
  store.blocks.delete(parts[1]?.cid as string)
  await assert.rejects(collect(readRange(store.get, root.cid, 0, 60)), (error) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'part_missing')
    assert.deepEqual(error.details, { cid: parts[1]?.cid, offset: 10 })
    return true
  })
  assert.equal((await collect(readRange(store.get, root.cid, 0, 10))).length, 10)
})

test('an aborted read stops', async () => {
  const store = createBlocks()
  const root = concatLinks([randomBytes(10), randomBytes(20)].map(store.add), store.keep)
  const abort = new AbortController()
  const reading = readRange(store.get, root.cid, 0, 30, { signal: abort.signal })
  await reading.next()
  abort.abort()
  await assert.rejects(reading.next(), { name: 'AbortError' })
})

test('a directory lists its files by name and refuses names that are no file names', async () => {
  const store = createBlocks()
  const file = store.add(Buffer.from('a,b\n'))
  const root = directoryOf(
    [
      { name: 'orders.csv', link: file },
      { name: 'customers.csv', link: file },
    ],
    store.keep,
  )
  const node = decodeNode(store.blocks.get(root.cid) as Uint8Array)
  assert.deepEqual(
    node.links.map((link) => link.name),
    ['customers.csv', 'orders.csv'],
  )
  await assert.rejects(collect(readRange(store.get, root.cid, 0, 1)), RangeError)
  for (const name of ['', '.', '..', 'a/b', 'a\0b']) {
    assert.throws(() => directoryOf([{ name, link: file }], store.keep), RangeError)
  }
  const twice = { name: 'a', link: file }
  assert.throws(() => directoryOf([twice, twice], store.keep), RangeError)
})
