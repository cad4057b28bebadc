// One upload from its token to its answer: who may put it, whether there is room, whether the bytes are what they claim.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { type UploadClaims, verifyUpload } from '#coordinator/storage/upload-token.ts'
import { cidKind } from '#engine/dag/cid.ts'
import { LEAF_BYTES, type Link, MAX_PART_BYTES } from '#engine/dag/part.ts'
import { AppError, codeOf, ERRORS, type ErrorCode } from '#engine/errors.ts'
import { createBufferPool } from './buffer-pool.ts'
import { receivePart } from './receive-part.ts'
import { createUploadQuota } from './upload-quota.ts'

/** An upload that was refused, for the audit log. The ids are null when the token did not verify. */
export type Refusal = {
  code: ErrorCode
  reason: string
  cid: string
  leaseId: string | null
  workerId: string | null
  jobId: string | null
}

export type UploadDeps = {
  store: BlockStore
  key: Uint8Array
  log: { warn(fields: object, message: string): void }
  onRefused: (refusal: Refusal) => void
  nowS: () => number
}

export type Upload = {
  request: IncomingMessage
  response: ServerResponse
  cid: string
  token: string
}

/** What to answer; errors are RFC 9457 problems. */
export type Answer = { status: number; body: object }

/** Never rejects: what fails is answered. */
export type TakeUpload = (upload: Upload) => Promise<Answer>

// A part of up to this many leaves is stored only once its digest is known to be right; the leaves of a larger one are
// stored as they come, under their own digests, and left to the sweep if the part turns out wrong.
const HELD_LEAVES = 16
const REMEMBERED_TOKENS = 1000
const REFUSALS = new Set<ErrorCode>(['upload_refused', 'digest_mismatch', 'payload_too_large'])

/** `maxBytes`: of one part, whatever its token says. `memoryBytes`: all bodies in memory together. */
export function createUploadTaker(
  deps: UploadDeps,
  limits: { maxBytes: number; memoryBytes: number },
): TakeUpload {
  const quota = createUploadQuota()
  const verify = createVerifier(deps)
  const pool = createBufferPool(Math.max(HELD_LEAVES, Math.floor(limits.memoryBytes / LEAF_BYTES)))
  const maxBytes = Math.min(limits.maxBytes, MAX_PART_BYTES)

  const store = async ({ request, response, cid }: Upload, length: number): Promise<Link> => {
    const leaves = Math.max(1, Math.ceil(length / LEAF_BYTES))
    const signal = goneSignal(response)
    const loan = await pool.borrow(leaves > HELD_LEAVES ? 1 : leaves, { signal })
    try {
      if (request.headers['expect']) response.writeContinue()
      const put = (block: { cid: string; bytes: Uint8Array }) =>
        deps.store.put(block.cid, block.bytes)
      const { link, held, node } = await receivePart(request, length, loan.buffers, put)
      if (link.cid !== cid) throw new AppError('digest_mismatch', `the bytes are ${link.cid}`)
      await Promise.all(held.map(put))
      if (node) await put(node)
      return link
    } finally {
      loan.release()
    }
  }

  const admitted = async (upload: Upload, claims: UploadClaims): Promise<Answer> => {
    const length = checkedLength(upload, Math.min(claims.maxBytes, maxBytes))
    const admission = quota.admit(claims, upload.cid, deps.nowS())
    try {
      const { cid, bytes, dagBytes } = await store(upload, length)
      admission.accept()
      return { status: 201, body: { cid, bytes, dag_bytes: dagBytes } }
    } finally {
      admission.end()
    }
  }

  return async (upload) => {
    let claims: UploadClaims | null = null
    try {
      claims = verify(upload.token)
      return await admitted(upload, claims)
    } catch (error) {
      return failed(deps, upload, claims, error)
    }
  }
}

// All parts of a lease come with the same token: its HMAC is computed once, its expiry is checked each time.
function createVerifier({ key, nowS }: UploadDeps): (token: string) => UploadClaims {
  const known = new Map<string, UploadClaims>()
  return (token) => {
    const remembered = known.get(token)
    if (remembered && nowS() < remembered.expiresAt) return remembered
    const claims = verifyUpload(key, token, nowS())
    if (known.size >= REMEMBERED_TOKENS) known.clear()
    known.set(token, claims)
    return claims
  }
}

// The length is told beforehand, fits the token and fits the kind of digest: a leaf or a node over several.
function checkedLength({ request, cid }: Upload, maxBytes: number): number {
  const text = request.headers['content-length']
  if (text === undefined) throw new AppError('invalid_request', 'Content-Length is needed')
  const length = Number(text)
  if (length > maxBytes) {
    throw new AppError('payload_too_large', `a part of this lease has at most ${maxBytes} bytes`)
  }
  if (length > LEAF_BYTES !== (cidKind(cid) === 'node')) {
    throw new AppError('digest_mismatch', `no part of ${length} bytes has a digest of this kind`)
  }
  return length
}

// Aborts when the sender is gone before its answer.
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  return gone.signal
}

function failed(
  { log, onRefused }: UploadDeps,
  { response, cid }: Upload,
  claims: UploadClaims | null,
  error: unknown,
): Answer {
  if (response.destroyed) return problem('cancelled', 'the sender is gone')
  const code = codeOf(error)
  const message = error instanceof AppError ? error.message : ERRORS[code].title
  const named = claims ?? (error instanceof AppError ? error.details : {})
  const { leaseId = null, workerId = null, jobId = null } = named as Partial<UploadClaims>
  if (REFUSALS.has(code)) onRefused({ code, reason: message, cid, leaseId, workerId, jobId })
  else log.warn({ err: error, cid, leaseId, workerId }, 'an upload failed')
  return problem(code, message)
}

/** An error answer. */
export function problem(code: ErrorCode, detail: string): Answer {
  const { http, title, hint } = ERRORS[code]
  const type = `urn:syndata:error:${code}`
  return { status: http, body: { type, title, status: http, detail, code, hint } }
}
