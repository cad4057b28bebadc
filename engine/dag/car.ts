// CARv1 archives of a tree: what publishers upload and the gateway answers. Source: the CARv1 specification.
import { CID_BYTES, cidBytes } from './cid.ts'
import { type GetBlock, partMissing, type TraverseOptions } from './traverse.ts'
import { varint, varintLength } from './varint.ts'
import { walkBlocks, walkDag } from './walk.ts'

/**
 * `path`: nodes on the way to the root, put first, so that a reader can check the way. `rootOnly`: leaves out what lies
 * under the root.
 */
export type CarOptions = TraverseOptions & { path?: readonly string[]; rootOnly?: boolean }

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
  options: CarOptions = {},
): Promise<number> {
  const seen = new Set<string>()
  let size = varintLength(HEADER_BYTES) + HEADER_BYTES
  const count = (bytes: number) => {
    size += varintLength(CID_BYTES + bytes) + CID_BYTES + bytes
  }
  for await (const { bytes } of singles(get, root, options, seen)) count(bytes.length)
  if (!options.rootOnly) {
    for await (const { bytes } of walkDag(get, root, { ...options, seen })) count(bytes)
  }
  return size
}

/** The archive of `root`: every block once, depth first in link order, unverified. AppError `part_missing`. */
export async function* carOf(
  get: GetBlock,
  root: string,
  options: CarOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const seen = new Set<string>()
  yield Buffer.concat([varint(HEADER_BYTES), HEADER_START, cidBytes(root), HEADER_END])
  for await (const { cid, bytes } of singles(get, root, options, seen)) {
    yield entryHead(cid, bytes)
    yield bytes
  }
  if (options.rootOnly) return
  for await (const { cid, bytes } of walkBlocks(get, root, { ...options, seen })) {
    yield entryHead(cid, bytes)
    yield bytes
  }
}

function entryHead(cid: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(CID_BYTES + bytes.length), cidBytes(cid)])
}

// The blocks that stand for themselves alone: those of the path, and the root when nothing under it is wanted.
async function* singles(
  get: GetBlock,
  root: string,
  { path = [], rootOnly, signal }: CarOptions,
  seen: Set<string>,
): AsyncGenerator<{ cid: string; bytes: Uint8Array }, void, undefined> {
  for (const cid of rootOnly ? [...path, root] : path) {
    if (seen.has(cid)) continue
    const bytes = await get(cid, signal ? { signal } : {})
    if (!bytes) throw partMissing({ cid, offset: 0 })
    seen.add(cid)
    yield { cid, bytes }
  }
}
