// Private files out of the part store, into memory.

import { createHash } from 'node:crypto'
import { readRange } from '#engine/dag/read-range.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { AppError } from '#engine/errors.ts'
import { MODEL_BYTES_MAX } from '#engine/models/model-file.ts'
import type { InputRef } from '../fleet/input-grants.ts'

/** AppError `part_missing`, `digest_mismatch`, or `unsupported` for a file that is too large for memory. */
export async function readInput(get: GetBlock, input: InputRef): Promise<Uint8Array> {
  if (input.bytes > MODEL_BYTES_MAX)
    throw new AppError('unsupported', `a model has at most ${MODEL_BYTES_MAX} bytes`)
  const file = new Uint8Array(input.bytes)
  const hash = createHash('sha256')
  let at = 0
  for await (const piece of readRange(get, input.cid, 0, input.bytes)) {
    file.set(piece, at)
    hash.update(piece)
    at += piece.length
  }
  if (at === input.bytes && hash.digest('hex') === input.sha256) return file
  throw new AppError('digest_mismatch', `the file ${input.cid} is not what its digest says`)
}
