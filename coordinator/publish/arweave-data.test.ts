// The data tree must be the network's: every property here compares with arweave-js.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateTransactionChunks, validatePath } from 'arweave/node/lib/merkle.js'
import fc from 'fast-check'
import {
  chunkCountOf,
  chunkRange,
  createDataHasher,
  createDataTree,
  MAX_CHUNK_BYTES,
  MIN_CHUNK_BYTES,
} from './arweave-data.ts'

const edgeSizes = [
  1,
  MIN_CHUNK_BYTES - 1,
  MIN_CHUNK_BYTES,
  MAX_CHUNK_BYTES - 1,
  MAX_CHUNK_BYTES,
  MAX_CHUNK_BYTES + 1,
  MAX_CHUNK_BYTES + MIN_CHUNK_BYTES - 1,
  MAX_CHUNK_BYTES + MIN_CHUNK_BYTES,
  2 * MAX_CHUNK_BYTES - 1,
  2 * MAX_CHUNK_BYTES,
  2 * MAX_CHUNK_BYTES + 1,
  3 * MAX_CHUNK_BYTES,
  4 * MAX_CHUNK_BYTES + 7,
  7 * MAX_CHUNK_BYTES + MIN_CHUNK_BYTES - 1,
]

for (const size of edgeSizes) {
  test(`data of ${size} bytes has the root, the cuts and the proofs of arweave-js`, async () => {
    await assertEqualToReference(bytesOf(size), [size])
  })
}

test('sizes and cuts of any kind have the root, the cuts and the proofs of arweave-js', async () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 5 * MAX_CHUNK_BYTES }),
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: -2, max: MIN_CHUNK_BYTES + 2 }))
      .map(([chunks, rest]) => chunks * MAX_CHUNK_BYTES + rest),
  )
  const cuts = fc.array(fc.integer({ min: 0, max: 700_000 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(size, cuts, async (bytes, sizes) => {
      await assertEqualToReference(bytesOf(bytes), sizes)
    }),
    { numRuns: 40 },
  )
})

test('no data has an empty root and no chunk', () => {
  const summary = createDataHasher().finish()
  assert.deepEqual(summary, {
    dataRoot: new Uint8Array(0),
    dataSize: 0,
    chunkHashes: new Uint8Array(0),
  })
  assert.throws(() => createDataTree(0, summary.chunkHashes).proofOf(0), RangeError)
})

test('chunks cover data of any size without a gap, none too large, none of several too small', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * MAX_CHUNK_BYTES }), (size) => {
      let end = 0
      for (let index = 0; index < chunkCountOf(size); index++) {
        const { from, to } = chunkRange(size, index)
        assert.equal(from, end)
        assert.ok(to - from <= MAX_CHUNK_BYTES && (to - from >= MIN_CHUNK_BYTES || from === 0))
        end = to
      }
      assert.equal(end, size)
    }),
    { numRuns: 50 },
  )
})

test('proofs over thousands of chunks verify, with offsets beyond 32 bits', async () => {
  const count = 20_001
  const size = count * MAX_CHUNK_BYTES - 5
  const tree = createDataTree(size, bytesOf(count * 32))
  for (const index of [0, 1, 4095, 4096, 16_383, 16_384, count - 2, count - 1]) {
    const proof = tree.proofOf(index)
    const valid = await validatePath(tree.dataRoot, proof.offset, 0, size, proof.dataPath)
    assert.ok(valid)
    assert.deepEqual([valid.leftBound, valid.rightBound], [proof.from, proof.to])
  }
})

test('hashes that do not fit the size are refused', () => {
  assert.throws(() => createDataTree(MAX_CHUNK_BYTES + 1, new Uint8Array(32)), RangeError)
  assert.throws(() => createDataTree(1, new Uint8Array(32)).proofOf(1), RangeError)
})

async function assertEqualToReference(data: Uint8Array, cuts: number[]): Promise<void> {
  const summary = hashInCuts(data, cuts)
  const reference = await generateTransactionChunks(data)
  assert.equal(summary.dataSize, data.length)
  assert.deepEqual(Buffer.from(summary.dataRoot), Buffer.from(reference.data_root))
  const tree = createDataTree(summary.dataSize, summary.chunkHashes)
  assert.equal(tree.chunkCount, reference.chunks.length)
  for (const [index, chunk] of reference.chunks.entries()) {
    const proof = tree.proofOf(index)
    const expected = reference.proofs[index]
    assert.deepEqual([proof.from, proof.to], [chunk.minByteRange, chunk.maxByteRange])
    assert.equal(proof.offset, expected?.offset)
    assert.deepEqual(Buffer.from(proof.dataPath), Buffer.from(expected?.proof ?? []))
    const hash = summary.chunkHashes.subarray(index * 32, index * 32 + 32)
    assert.deepEqual(Buffer.from(hash), Buffer.from(chunk.dataHash))
  }
}

function hashInCuts(data: Uint8Array, cuts: number[]) {
  const hasher = createDataHasher()
  let from = 0
  for (const cut of cuts) {
    hasher.update(data.subarray(from, from + cut))
    from = Math.min(data.length, from + cut)
  }
  hasher.update(data.subarray(from))
  return hasher.finish()
}

function bytesOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * 2654435761) >>> 24
  return bytes
}
