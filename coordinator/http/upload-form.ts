// A form with one file, read as a stream: fields, then the file, then whatever stands behind it. A body that is no form
// is the file itself.

import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import multipart, { type Multipart } from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#engine/errors.ts'
import type { Gate } from './gate.ts'
import type { App } from './types.ts'

/** A second file is told from the first, to say so. */
const LIMITS = { fields: 20, fieldNameSize: 100, fieldSize: 4096, files: 2, headerPairs: 40 }
/** Fields that may come when the file is in, by either of their names. */
const TRAILING = ['name', 'project_id', 'projectId']
const JSON_TYPES = /^application\/(json|x-www-form-urlencoded)\b/i

export type UploadedForm = {
  /** Those ahead of the file at first; all of them when `bytes` ended. */
  fields: Record<string, string>
  fileName: string
  /** The file; it ends when the whole form is read. */
  bytes: AsyncIterable<Uint8Array>
}

/** Lets the routes of `forms` take such bodies, which their handlers read. */
export async function acceptUploads(forms: App): Promise<void> {
  await forms.register(multipart)
  forms.addContentTypeParser('*', (_request, _body, done) => done(null))
}

/**
 * What `work` resolves with, once it is its turn. `signal` aborts when the connection is closed before the answer is sent.
 * What the caller still sends in the end is read and dropped, so that an answer reaches it.
 */
export function receive<T>(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  gate: Gate,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { signal } = gone
  return gate(() => work(signal), { signal }).finally(() => {
    raw.unpipe()
    raw.resume()
  })
}

/** The last part of a path, as a name for what is in the file. */
export function bareName(fileName: string): string {
  return fileName
    .replace(/^.*[\\/]/, '')
    .replaceAll('\u0000', '')
    .toWellFormed()
}

/** AppError `invalid_request` for what is no such form. */
export async function readUploadForm(
  request: FastifyRequest,
  signal: AbortSignal,
): Promise<UploadedForm> {
  if (!request.isMultipart()) return { fields: {}, fileName: '', bytes: bareFile(request, signal) }
  const parts = request.parts({
    limits: { ...LIMITS, fileSize: Number.MAX_SAFE_INTEGER },
    isPartAFile: (field, type, name) =>
      field === 'file' || type === 'application/octet-stream' || name !== undefined,
  })
  const fields: Record<string, string> = {}
  while (true) {
    const next = await readPart(parts)
    if (next === null) throw invalid('The form has no part named file.')
    if (next.type === 'file') {
      if (next.fieldname !== 'file') throw invalid('The part with the file is named file.')
      signal.addEventListener('abort', () => next.file.destroy(), { once: true })
      const bytes = fileThenFields(next.file, parts, fields)
      return { fields, fileName: next.filename ?? '', bytes }
    }
    take(fields, next)
  }
}

/** The SHA-256 of the file, in hex; the form is read to its end. */
export async function fileDigest({ bytes }: UploadedForm): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of bytes) hash.update(piece)
  return hash.digest('hex')
}

/** The body of a request that is no form. */
function bareFile(request: FastifyRequest, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const type = request.headers['content-type']
  if (type === undefined || JSON_TYPES.test(type))
    throw invalid('Send the file as multipart/form-data, in a part named file.')
  // Piped, as forms are: whoever stops reading leaves a body that can be read away.
  const body = request.raw.pipe(new PassThrough())
  signal.addEventListener('abort', () => body.destroy(), { once: true })
  return whole(body)
}

async function* whole(file: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* file
  } catch (error) {
    throw asOurs(error)
  }
}

async function* fileThenFields(
  file: AsyncIterable<Uint8Array>,
  parts: AsyncIterator<Multipart>,
  fields: Record<string, string>,
): AsyncIterable<Uint8Array> {
  yield* whole(file)
  for (let next = await readPart(parts); next !== null; next = await readPart(parts)) {
    if (next.type === 'file') throw invalid('The form has more than one file.')
    if (!TRAILING.includes(next.fieldname))
      throw invalid('Fields other than name and project_id stand ahead of the file.')
    take(fields, next)
  }
}

async function readPart(parts: AsyncIterator<Multipart>): Promise<Multipart | null> {
  try {
    const next = await parts.next()
    return next.done === true ? null : next.value
  } catch (error) {
    throw asOurs(error)
  }
}

function take(fields: Record<string, string>, part: Multipart): void {
  if (part.type === 'file' || typeof part.value !== 'string' || part.valueTruncated)
    throw invalid('A field of the form is too long, or no text.')
  if (part.fieldname !== '__proto__') fields[part.fieldname] = part.value
}

/** What reading a form throws is the caller's to correct. */
function asOurs(error: unknown): unknown {
  return error instanceof AppError ? error : invalid('The form is cut, damaged or past its limits.')
}

function invalid(detail: string): AppError {
  return new AppError('invalid_request', detail)
}
