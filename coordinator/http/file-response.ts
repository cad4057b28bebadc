// A stored file as an HTTP answer: ranges, conditional requests, the name to save it under. Downloads and the IPFS
// gateway share it.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRange } from '#engine/dag/read-range.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { AppError } from '#engine/errors.ts'
import { readByteRange } from './byte-range.ts'

/** `etag`: without quotes; by default the CID. `shared`: caches between us and the caller may keep it. */
export type FileAnswer = {
  get: GetBlock
  cid: string
  bytes: number
  name: string
  contentType: string
  shared: boolean
  etag?: string
}

const YEAR_S = 31_536_000

/**
 * Answers 200, 206 or 304, to HEAD without a body. The first block is read before the head is sent, so that a missing
 * one is an error answer: AppError `part_missing`, or `range_not_satisfiable`.
 */
export async function fileResponse(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileAnswer,
): Promise<FastifyReply> {
  const etag = `"${file.etag ?? file.cid}"`
  immutableHeaders(reply, { etag, shared: file.shared })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const range = requestedRange(request, file.bytes, etag)
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.bytes}`)
    throw new AppError('range_not_satisfiable', `The file has ${file.bytes} bytes.`)
  }
  const { from, to } = range === 'whole' ? { from: 0, to: file.bytes } : range
  reply
    .type(file.contentType)
    .header('accept-ranges', 'bytes')
    .header('content-disposition', attachment(file.name))
    .header('content-length', to - from)
  if (range !== 'whole') {
    reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${file.bytes}`)
  }
  if (request.method === 'HEAD') return reply.send()
  return await sendPieces(reply, readRange(file.get, file.cid, from, to))
}

/** Headers of an answer that never changes: who may keep it, for ever, under which tag (with its quotes). */
export function immutableHeaders(
  reply: FastifyReply,
  { etag, shared }: { etag: string; shared: boolean },
): void {
  reply
    .header('etag', etag)
    .header('cache-control', `${shared ? 'public' : 'private'}, max-age=${YEAR_S}, immutable`)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', 'sandbox')
}

/** Streams the pieces as the body; rejects when the first one fails, cuts the connection when a later one does. */
export async function sendPieces(
  reply: FastifyReply,
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<FastifyReply> {
  const first = await pieces.next()
  async function* all() {
    if (!first.done) yield first.value
    yield* pieces
  }
  return reply.send(Readable.from(all(), { objectMode: false }))
}

/** File systems take 255 bytes; room is left for what browsers add to a name that is taken. */
const NAME_BYTES_MAX = 200

/** The Content-Disposition that saves under `name`, made safe as a file's, in both forms of RFC 6266. */
export function attachment(fullName: string): string {
  const name = fileName(fullName)
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

/** One file in the folder at hand, not a hidden one; a name that is too long keeps its extension. */
function fileName(name: string): string {
  const safe = name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}/\\]/gu, '_')
    .replace(/^\./, '_')
  const dot = safe.lastIndexOf('.')
  const extension = dot > 0 && safe.length - dot <= 12 ? safe.slice(dot) : ''
  const stem = Array.from(safe.slice(0, safe.length - extension.length))
  while (Buffer.byteLength(stem.join('') + extension) > NAME_BYTES_MAX) stem.pop()
  return stem.join('') + extension
}

/** True when an If-None-Match header names this tag. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}

function requestedRange(request: FastifyRequest, bytes: number, etag: string) {
  const ifRange = request.headers['if-range']
  if (ifRange !== undefined && ifRange !== etag) return 'whole'
  return readByteRange(request.headers.range, bytes)
}
