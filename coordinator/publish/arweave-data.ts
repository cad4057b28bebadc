// The Arweave v2 data tree: how a file is cut into chunks, its data root, and the proof of each chunk.
// Source: Arweave node, apps/arweave/src/ar_merkle.erl and ar_tx.erl (format 2), and arweave-js
// src/common/lib/merkle.ts for the cuts; the tests compare with the latter.

import { hash } from 'node:crypto'

/** Largest chunk, in bytes. */
export const MAX_CHUNK_BYTES = 256 * 1024
/** A last chunk below this many bytes shares its bytes evenly with the chunk before it. */
export const MIN_CHUNK_BYTES = 32 * 1024
const HASH_BYTES = 32
const NOTE_BYTES = 32

/** What one pass over the bytes leaves: 32 B of `chunkHashes` for each chunk of up to 256 KiB. */
export type DataSummary = { dataRoot: Uint8Array; dataSize: number; chunkHashes: Uint8Array }
/** Half-open byte range of a chunk. */
export type ChunkRange = { from: number; to: number }
/** A chunk's place in the tree; `offset` is that of its last byte, as the network wants it. */
export type ChunkProof = ChunkRange & { dataPath: Uint8Array; offset: number }
export type DataTree = {
  /** Empty for empty data, as in a transaction without data. */
  dataRoot: Uint8Array
  chunkCount: number
  /** Path from the root to chunk `index`, O(log chunks) copies and no hashing. */
  proofOf: (index: number) => ChunkProof
}

/** Number of chunks that data of `dataSize` bytes is posted in. */
export function chunkCountOf(dataSize: number): number {
  return Math.ceil(dataSize / MAX_CHUNK_BYTES)
}

/** Bytes of chunk `index`; a function of the size alone. */
export function chunkRange(dataSize: number, index: number): ChunkRange {
  const count = chunkCountOf(dataSize)
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`chunk ${index} of ${count}`)
  }
  const last = { from: (count - 1) * MAX_CHUNK_BYTES, to: dataSize }
  const short = count > 1 && last.to - last.from < MIN_CHUNK_BYTES
  if (short) last.from -= Math.floor((MAX_CHUNK_BYTES - (last.to - last.from)) / 2)
  if (index === count - 1) return last
  const from = index * MAX_CHUNK_BYTES
  return { from, to: index === count - 2 ? last.from : from + MAX_CHUNK_BYTES }
}

/**
 * Hashes a file as it streams by, in cuts of any size, without knowing its length. Holds at most 288 KiB: the length
 * of the last two chunks is known only at the end.
 */
export function createDataHasher(): {
  update: (bytes: Uint8Array) => void
  finish: () => DataSummary
} {
  const settledBytes = MAX_CHUNK_BYTES + MIN_CHUNK_BYTES
  const held = new Uint8Array(settledBytes)
  let heldBytes = 0
  let dataSize = 0
  const hashes = createHashList()

  const update = (bytes: Uint8Array): void => {
    let rest = bytes
    dataSize += rest.length
    while (heldBytes + rest.length >= settledBytes) {
      if (heldBytes === 0) {
        hashes.push(sha256(rest.subarray(0, MAX_CHUNK_BYTES)))
        rest = rest.subarray(MAX_CHUNK_BYTES)
        continue
      }
      const taken = Math.max(0, MAX_CHUNK_BYTES - heldBytes)
      held.set(rest.subarray(0, taken), heldBytes)
      rest = rest.subarray(taken)
      hashes.push(sha256(held.subarray(0, MAX_CHUNK_BYTES)))
      held.copyWithin(0, MAX_CHUNK_BYTES, heldBytes + taken)
      heldBytes += taken - MAX_CHUNK_BYTES
    }
    held.set(rest, heldBytes)
    heldBytes += rest.length
  }

  const finish = (): DataSummary => {
    const start = dataSize - heldBytes
    for (let index = hashes.count(); index < chunkCountOf(dataSize); index++) {
      const { from, to } = chunkRange(dataSize, index)
      hashes.push(sha256(held.subarray(from - start, to - start)))
    }
    const chunkHashes = hashes.bytes()
    return { dataRoot: createDataTree(dataSize, chunkHashes).dataRoot, dataSize, chunkHashes }
  }
  return { update, finish }
}

/**
 * The tree over chunks whose hashes are known; the data itself is not needed. Takes 64 B a chunk.
 * Throws RangeError when `chunkHashes` does not have one hash for each chunk.
 */
export function createDataTree(dataSize: number, chunkHashes: Uint8Array): DataTree {
  const chunkCount = chunkCountOf(dataSize)
  if (chunkHashes.length !== chunkCount * HASH_BYTES) {
    throw new RangeError(`${chunkHashes.length} bytes of chunk hashes for ${chunkCount} chunks`)
  }
  if (chunkCount === 0) return { dataRoot: new Uint8Array(0), chunkCount, proofOf: noChunk }
  const endOf = (leaf: number): number =>
    leaf < chunkCount ? chunkRange(dataSize, leaf).to : dataSize
  const layers = buildLayers(leafIds(dataSize, chunkHashes, endOf), endOf)
  const proofOf = (index: number): ChunkProof => {
    const { from, to } = chunkRange(dataSize, index)
    const branches = branchesTo(index, layers, endOf)
    const dataPath = Buffer.concat([...branches, nodeAt(chunkHashes, index), note(to)])
    return { dataPath, offset: to - 1, from, to }
  }
  return { dataRoot: nodeAt(layers.at(-1) as Uint8Array, 0), chunkCount, proofOf }
}

function noChunk(index: number): never {
  throw new RangeError(`chunk ${index} of 0`)
}

// A size that is a multiple of 256 KiB has an empty leaf at its end, part of the tree but never posted.
function leafIds(
  dataSize: number,
  chunkHashes: Uint8Array,
  endOf: (leaf: number) => number,
): Uint8Array {
  const ids = createHashList()
  const count = chunkHashes.length / HASH_BYTES
  for (let leaf = 0; leaf < count; leaf++) {
    ids.push(idOf(nodeAt(chunkHashes, leaf), note(endOf(leaf))))
  }
  if (dataSize % MAX_CHUNK_BYTES === 0) ids.push(idOf(sha256(new Uint8Array(0)), note(dataSize)))
  return ids.bytes()
}

/** Ids of each layer, leaves first. Node i of layer l covers the leaves from i*2^l; an odd last node moves up as it is. */
function buildLayers(leaves: Uint8Array, endOf: (leaf: number) => number): Uint8Array[] {
  const layers = [leaves]
  for (let below = leaves; below.length > HASH_BYTES; below = layers.at(-1) as Uint8Array) {
    const ids = createHashList()
    const count = below.length / HASH_BYTES
    for (let left = 0; left < count; left += 2) {
      const split = note(endOf(lastLeafOf(left, layers.length - 1)))
      ids.push(
        left + 1 < count
          ? idOf(nodeAt(below, left), nodeAt(below, left + 1), split)
          : nodeAt(below, left),
      )
    }
    layers.push(ids.bytes())
  }
  return layers
}

function branchesTo(
  index: number,
  layers: Uint8Array[],
  endOf: (leaf: number) => number,
): Uint8Array[] {
  const path: Uint8Array[] = []
  for (let layer = layers.length - 2; layer >= 0; layer--) {
    const ids = layers[layer] as Uint8Array
    const left = Math.floor(index / 2 ** layer / 2) * 2
    if ((left + 1) * HASH_BYTES >= ids.length) continue
    const pair = ids.subarray(left * HASH_BYTES, (left + 2) * HASH_BYTES)
    path.push(pair, note(endOf(lastLeafOf(left, layer))))
  }
  return path
}

function lastLeafOf(node: number, layer: number): number {
  return (node + 1) * 2 ** layer - 1
}

function nodeAt(ids: Uint8Array, index: number): Uint8Array {
  return ids.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

function idOf(...fields: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(fields.length * HASH_BYTES)
  for (const [place, field] of fields.entries()) joined.set(sha256(field), place * HASH_BYTES)
  return sha256(joined)
}

/** A byte offset as the tree's 256-bit big-endian integer. */
function note(offset: number): Uint8Array {
  const bytes = Buffer.alloc(NOTE_BYTES)
  bytes.writeBigUInt64BE(BigInt(offset), NOTE_BYTES - 8)
  return bytes
}

function createHashList(): {
  push: (digest: Uint8Array) => void
  count: () => number
  bytes: () => Uint8Array
} {
  let store = new Uint8Array(64 * HASH_BYTES)
  let used = 0
  const push = (digest: Uint8Array): void => {
    if (used === store.length) {
      const wider = new Uint8Array(store.length * 2)
      wider.set(store)
      store = wider
    }
    store.set(digest, used)
    used += HASH_BYTES
  }
  return { push, count: () => used / HASH_BYTES, bytes: () => store.slice(0, used) }
}
