import assert from 'node:assert/strict'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { cidOfBlock, verifyBlock } from './cid.ts'
import { concatLinks } from './concat.ts'
import { decodeNode } from './node.ts'
import {
  createPartHasher,
  LEAF_BYTES,
  type Leaf,
  MAX_PART_BYTES,
  partOf,
  partOfLeaves,
} from './part.ts'

// The byte streams of kubo's published CID profile vectors: a ChaCha20 key stream under the hash of a seed.
function vectorStream(seed: string) {
  const key = createHash('sha256').update(seed).digest()
  const cipher = createCipheriv('chacha20', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(LEAF_BYTES)
  return (bytes: number) => cipher.update(zeros.subarray(0, bytes))
}

test('parts have the CIDs that kubo publishes for the unixfs-v1-2025 profile', () => {
  const cidOf = (bytes: number) => {
    const next = vectorStream('chunk-v1-seed')
    return partOf(Buffer.concat([next(LEAF_BYTES), next(bytes - LEAF_BYTES)])).link.cid
  }
  assert.equal(cidOf(1_048_576), 'bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta')
  assert.equal(cidOf(1_048_577), 'bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64')
})

test('a full node of 1,024 leaves, and the two levels above it, are kubo’s too', () => {
  const next = vectorStream('v1-2025-seed')
  const hasher = createPartHasher()
  const leaves: Leaf[] = []
  const read = (length: number) => {
    const bytes = next(length)
    leaves.push({ cid: cidOfBlock('raw', bytes), offset: leaves.length * LEAF_BYTES, length })
    return bytes
  }
  for (let i = 0; i < 1024; i++) hasher.update(read(LEAF_BYTES))
  const { link } = hasher.finish()
  assert.equal(link.cid, 'bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm')
  assert.equal(link.bytes, MAX_PART_BYTES)
  read(1)
  const links = leaves.map(({ cid, length }) => ({ cid, bytes: length, dagBytes: length }))
  const above = concatLinks(links, () => {})
  assert.equal(above.cid, 'bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe')
  assert.throws(() => partOfLeaves(leaves), RangeError)
})

test('leaves and node lie where the part says', () => {
  const bytes = randomBytes(2 * LEAF_BYTES + 17)
  const { link, leaves, node } = partOf(bytes)
  assert.deepEqual(
    leaves.map(({ offset, length }) => [offset, length]),
    [
      [0, LEAF_BYTES],
      [LEAF_BYTES, LEAF_BYTES],
      [2 * LEAF_BYTES, 17],
    ],
  )
  for (const { cid, offset, length } of leaves) {
    assert.ok(verifyBlock(cid, bytes.subarray(offset, offset + length)))
  }
  assert.ok(node && verifyBlock(node.cid, node.bytes))
  assert.deepEqual(decodeNode(node.bytes).content, [LEAF_BYTES, LEAF_BYTES, 17])
  assert.deepEqual(link, {
    cid: node.cid,
    bytes: bytes.length,
    dagBytes: bytes.length + node.bytes.length,
  })
})

test('hashing in any cuts gives the same part', () => {
  const bytes = randomBytes(3 * LEAF_BYTES + 5)
  const length = fc.oneof(
    fc.constantFrom(0, 1, LEAF_BYTES - 1, LEAF_BYTES, LEAF_BYTES + 1, 2 * LEAF_BYTES, bytes.length),
    fc.nat({ max: bytes.length }),
  )
  const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 })
  fc.assert(
    fc.property(length, cuts, (end, at) => {
      const edges = [0, ...at.filter((cut) => cut < end).sort((a, b) => a - b), end]
      const hasher = createPartHasher()
      for (let i = 1; i < edges.length; i++) hasher.update(bytes.subarray(edges[i - 1], edges[i]))
      assert.deepEqual(hasher.finish(), partOf(bytes.subarray(0, end)))
    }),
    { numRuns: 40 },
  )
})
