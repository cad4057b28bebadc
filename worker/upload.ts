// A part into the store: by the lease's token to the sink, or block by block to presigned URLs of a bucket. What
// fails on the way there is tried again for as long as the lease lives; it never counts against the chunk.

import { LEAF_BYTES, type Part } from '#engine/dag/part.ts'
import { AppError, codeOf, ERRORS, type ErrorCode } from '#engine/errors.ts'
import { createBackoff } from './backoff.ts'
import type { Answer, Body, HttpPut } from './http-put.ts'
import type { BlockSize, SignedPut } from './thread-messages.ts'

const BACKOFF_MOST_MS = 2_000
/** Of one part: after as many refusals of its digest the chunk fails. */
const DIGEST_TRIES = 3

/** A part's bytes: whole, or in pieces that are made anew each time. */
export type Content = Uint8Array | (() => Iterable<Uint8Array>)

export type Upload = {
  leaseId: string
  target: { baseUrl: string; token: string }
  part: Part
  content: Content
}

/** Stores the part. AppError `upload_refused` when the lease's right to do so is gone; rejects on abort. */
export type UploadPart = (upload: Upload, options: { signal: AbortSignal }) => Promise<void>

export type SignUrls = (
  leaseId: string,
  blocks: BlockSize[],
  options: { signal: AbortSignal },
) => Promise<SignedPut[]>

export function createUploadPart(deps: { http: HttpPut; sign: SignUrls }): UploadPart {
  return async (upload, { signal }) => {
    const backoff = createBackoff({ mostMs: BACKOFF_MOST_MS })
    for (let digestTries = 1; ; ) {
      try {
        if (upload.target.baseUrl === '') await putBlocks(deps, upload, signal)
        else await putWhole(deps.http, upload, signal)
        return
      } catch (error) {
        const code = codeOf(error)
        if (signal.aborted || !ERRORS[code].retryable) throw error
        if (code === 'out_of_memory' || code === 'generation_failed') throw error
        if (code === 'digest_mismatch' && digestTries++ >= DIGEST_TRIES) throw error
        await backoff.wait({ signal })
      }
    }
  }
}

async function putWhole(http: HttpPut, upload: Upload, signal: AbortSignal): Promise<void> {
  const { target, part, content } = upload
  const url = `${target.baseUrl}/parts/${part.link.cid}?token=${target.token}`
  check(await http.put(url, { length: part.link.bytes, content }, { signal }))
}

type Block = BlockSize & { content: Uint8Array }

/** The node goes last: a part whose node is there is whole. */
async function putBlocks(
  { http, sign }: { http: HttpPut; sign: SignUrls },
  { leaseId, part, content }: Upload,
  signal: AbortSignal,
): Promise<void> {
  const node = part.node ? [{ cid: part.node.cid, bytes: part.node.bytes.length }] : []
  const leaves = part.leaves.map(({ cid, length }) => ({ cid, bytes: length }))
  const puts = await sign(leaseId, [...leaves, ...node], { signal })
  if (puts.length === 0) throw new AppError('upload_refused', 'the coordinator signs no upload')
  let index = 0
  for (const block of blocksOf(part, content)) {
    const signed = puts[index++]
    if (!signed) throw new AppError('infrastructure', 'the coordinator signed too few uploads')
    const body: Body = { length: block.bytes, content: block.content }
    check(await http.put(signed.url, body, { headers: signed.headers, signal }))
  }
}

/** A block holds until the next one is asked for. */
function* blocksOf(part: Part, content: Content): Generator<Block> {
  const pieces = typeof content === 'function' ? content() : [content]
  let index = 0
  for (const leaf of recut(pieces)) {
    const { cid } = part.leaves[index++] as { cid: string }
    yield { cid, bytes: leaf.length, content: leaf }
  }
  if (part.node) {
    const { cid, bytes } = part.node
    yield { cid, bytes: bytes.length, content: bytes }
  }
}

/** Leaves of a part from pieces of any size; an empty part has one empty leaf. */
function* recut(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const leaf = new Uint8Array(LEAF_BYTES)
  let filled = 0
  let leaves = 0
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const taken = piece.subarray(from, from + LEAF_BYTES - filled)
      leaf.set(taken, filled)
      filled += taken.length
      from += taken.length
      if (filled < LEAF_BYTES) continue
      leaves++
      filled = 0
      yield leaf
    }
  }
  if (filled > 0 || leaves === 0) yield leaf.subarray(0, filled)
}

/** Passes on success; throws the problem's code, or what the status means where a bucket answers. */
function check({ status, text }: Answer): void {
  if (status >= 200 && status < 300) return
  const { code, detail } = problemOf(text)
  const message = `the part store answered ${status}: ${detail}`
  if (status >= 500 || status === 408 || status === 429) {
    throw new AppError('infrastructure', message)
  }
  throw new AppError(code ?? (status === 413 ? 'payload_too_large' : 'upload_refused'), message)
}

function problemOf(text: string): { code: ErrorCode | null; detail: string } {
  try {
    const { code, detail } = JSON.parse(text) as { code?: unknown; detail?: unknown }
    const known = typeof code === 'string' && code in ERRORS ? (code as ErrorCode) : null
    return { code: known, detail: typeof detail === 'string' ? detail.slice(0, 200) : '' }
  } catch {
    return { code: null, detail: text.slice(0, 200) }
  }
}
