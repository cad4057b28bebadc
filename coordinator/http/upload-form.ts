// A form with one file, read as a stream: fields, then the file, then whatever stands behind it.

import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { AppError } from '#engine/errors.ts'

const LIMITS = { fields: 20, fieldNameSize: 100, fieldSize: 4096, files: 1, headerPairs: 40 }

export type UploadedForm = {
  /** Those ahead of the file at first; all of them when `bytes` ended. */
  fields: Record<string, string>
  fileName: string
  /** The file; it ends when the whole form is read. */
  bytes: AsyncIterable<Uint8Array>
}

/** AppError `invalid_request` for what is no such form. */
export async function readUploadForm(
  request: FastifyRequest,
  signal: AbortSignal,
): Promise<UploadedForm> {
  if (!request.isMultipart())
    throw invalid('Send the file as multipart/form-data, in a part named file.')
  const parts = request.parts({ limits: { ...LIMITS, fileSize: Number.MAX_SAFE_INTEGER } })
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

async function* fileThenFields(
  file: AsyncIterable<Uint8Array>,
  parts: AsyncIterator<Multipart>,
  fields: Record<string, string>,
): AsyncIterable<Uint8Array> {
  try {
    yield* file
  } catch (error) {
    throw asOurs(error)
  }
  for (let next = await readPart(parts); next !== null; next = await readPart(parts)) {
    if (next.type === 'file') throw invalid('The form has more than one file.')
    if (next.fieldname !== 'name') throw invalid('Fields other than name stand ahead of the file.')
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
