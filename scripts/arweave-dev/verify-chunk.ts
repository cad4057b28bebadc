// The checks of a posted chunk, in the node's order and words (apps/arweave/src/ar_http_iface_middleware.erl,
// handle_post_chunk; ar_data_sync.erl, add_chunk).

import { createHash } from 'node:crypto'
import { validatePath } from 'arweave/node/lib/merkle.js'
import type { DataKey } from './chunk-store.ts'
import { refuseChunk } from './refusal.ts'

const MAX_CHUNK_BYTES = 256 * 1024
const MAX_PATH_BYTES = 256 * 1024
const BASE64URL = /^[\w-]*$/
const DECIMAL = /^(0|[1-9]\d{0,14})$/

/** A chunk whose place is proven: its bytes start at `from` of the data. */
export type ProvenChunk = DataKey & { from: number; chunk: Buffer }

/** `isKnown` says whether a transaction with that data was accepted. Throws a Refusal. */
export async function verifyChunk(
  value: unknown,
  isKnown: (key: DataKey) => boolean,
): Promise<ProvenChunk> {
  const fields = parse(value)
  const { data_root, data_size, offset, path, chunk } = fields
  const size = Number(data_size)
  if (chunk.length > MAX_CHUNK_BYTES) throw refuseChunk('chunk_too_big')
  if (path.length > MAX_PATH_BYTES) throw refuseChunk('data_path_too_big')
  const exempt = offset + chunk.length >= size
  if (path.length > chunk.length && !exempt) throw refuseChunk('chunk_proof_ratio_not_attractive')
  if (!isKnown({ data_root, data_size })) throw refuseChunk('data_root_not_found')
  const root = Buffer.from(data_root, 'base64url')
  const place = offset < size && (await validatePath(root, offset, 0, size, path))
  if (!place || place.chunkSize !== chunk.length) throw refuseChunk('invalid_proof')
  const hash = createHash('sha256').update(chunk).digest()
  if (!hash.equals(path.subarray(-64, -32))) throw refuseChunk('invalid_proof')
  return { data_root, data_size, from: place.leftBound, chunk }
}

function parse(value: unknown): DataKey & { offset: number; path: Buffer; chunk: Buffer } {
  const fields = Object(value) as Record<string, unknown>
  const text = (name: string, pattern: RegExp, error = 'invalid_json'): string => {
    const field = fields[name]
    if (typeof field === 'string' && pattern.test(field)) return field
    throw refuseChunk(error)
  }
  return {
    data_root: text('data_root', BASE64URL),
    data_size: text('data_size', DECIMAL, 'data_size_too_big'),
    offset: Number(text('offset', DECIMAL, 'offset_too_big')),
    path: Buffer.from(text('data_path', BASE64URL), 'base64url'),
    chunk: Buffer.from(text('chunk', BASE64URL), 'base64url'),
  }
}
