// CARv1 archives of a tree: what publishers upload and the gateway answers. Source: the CARv1 specification.
import { CID_BYTES, cidBytes } from './cid.ts'
import type { GetBlock, TraverseOptions } from './traverse.ts'
import { varint, varintLength } from './varint.ts'
import { walkBlocks, walkDag } from './walk.ts'

// dag-cbor of {roots: [<cid>], version: 1}, cut at the CID: link tag 42 over a byte string that begins with 0.
const HEADER_START = Buffer.concat([
  Buffer.of(0xa2, 0x65),
  Buffer.from('roots'),
  Buffer.of(0x81, 0xd8, 0x2a, 0x58, CID_BYTES + 1, 0),
])
const HEADER_END = Buffer.concat([Buffer.of(0x67), Buffer.from('version'), Buffer.of(1)])
const HEADER_BYTES = HEADER_START.length + CID_BYTES + HEADER_END.length

/** Length in bytes of what `carOf` will give. Reads the nodes, not the leaves. AppError `part_missing`. */
export async function carSize(
  get: GetBlock,
  root: string,
  options: TraverseOptions = {},
): Promise<number> {
  let size = varintLength(HEADER_BYTES) + HEADER_BYTES
  for await (const { bytes } of walkDag(get, root, options)) {
    size += varintLength(CID_BYTES + bytes) + CID_BYTES + bytes
  }
  return size
}

/** The archive of `root`: every block once, depth first in link order, unverified. AppError `part_missing`. */
export async function* carOf(
  get: GetBlock,
  root: string,
  options: TraverseOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.concat([varint(HEADER_BYTES), HEADER_START, cidBytes(root), HEADER_END])
  for await (const { cid, bytes } of walkBlocks(get, root, options)) {
    yield Buffer.concat([varint(CID_BYTES + bytes.length), cidBytes(cid)])
    yield bytes
  }
}
