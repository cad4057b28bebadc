// A model file on its way in: checked as one that anybody may have made, hashed and stored. It is in memory whole, about
// twice, so this is for a thread of its own.

import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { putPart } from '#coordinator/storage/put-dag.ts'
import type { Link } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import {
  type Algorithm,
  decodeModelFile,
  MODEL_BYTES_MAX,
  modelDigest,
  type Provenance,
} from '#engine/models/model-file.ts'

export type TakenModel = {
  file: Link & { sha256: string }
  algorithm: Algorithm
  provenance: Pick<Provenance, 'options' | 'seed' | 'history'>
}

const HISTORY_MAX = 1_000

/**
 * AppError `payload_too_large`, `invalid_request` for bytes that are no model or damaged, `unsupported` for a later
 * format; nothing is stored then. The store's `infrastructure` passes through.
 */
export async function takeModel(
  store: BlockStore,
  source: AsyncIterable<Uint8Array>,
): Promise<TakenModel> {
  const file = await wholeFile(source)
  const { algorithm, provenance } = decodeModelFile(file, { whole: true })
  const sha256 = modelDigest(file)
  const { options, seed, history } = provenance
  const link = await putPart(store, file)
  const kept = { options, seed, history: history.slice(-HISTORY_MAX) }
  return { file: { ...link, sha256 }, algorithm, provenance: kept }
}

async function wholeFile(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of source) {
    length += piece.length
    if (length > MODEL_BYTES_MAX)
      throw new AppError('payload_too_large', `A model file has at most ${MODEL_BYTES_MAX} bytes.`)
    pieces.push(piece)
  }
  return joined(pieces, length)
}

/** Lets go of each piece once it is copied: the file is in memory about once. */
function joined(pieces: (Uint8Array | null)[], length: number): Uint8Array {
  const file = new Uint8Array(length)
  let at = 0
  for (const [index, piece] of pieces.entries()) {
    file.set(piece ?? [], at)
    at += piece?.length ?? 0
    pieces[index] = null
  }
  return file
}
