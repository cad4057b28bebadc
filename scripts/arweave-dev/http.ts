// The gateway's HTTP edge: bounded bodies in, replies out, one data file with Range.

import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Refusal } from './refusal.ts'

/** Reads a JSON body of at most `maxBytes`. Throws a Refusal: 413, or 400 when it is not JSON. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    // A body that is too long is read to its end all the same: the sender sees the answer, not a reset.
    if (bytes <= maxBytes) parts.push(part)
  }
  if (bytes > maxBytes) throw new Refusal(413, 'Payload too large')
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch {
    throw new Refusal(400, { error: 'invalid_json' })
  }
}

/** Sends text as it is and anything else as JSON. */
export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const isText = typeof body === 'string'
  const bytes = Buffer.from(isText ? body : JSON.stringify(body))
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : bytes)
}

/** Sends a file of `size` bytes, or the one range asked for. */
export async function replyFile(
  response: ServerResponse,
  file: { path: string; size: number; headers: Record<string, string> },
): Promise<void> {
  const range = parseRange(response.req.headers.range, file.size)
  if (range === 'unsatisfiable') {
    reply(response, 416, '', { 'content-range': `bytes */${file.size}` })
    return
  }
  const { from, to } = range ?? { from: 0, to: file.size }
  response.writeHead(range ? 206 : 200, {
    ...file.headers,
    'accept-ranges': 'bytes',
    'content-length': to - from,
    ...(range ? { 'content-range': `bytes ${from}-${to - 1}/${file.size}` } : {}),
  })
  if (from === to || response.req.method === 'HEAD') response.end()
  else await pipeline(createReadStream(file.path, { start: from, end: to - 1 }), response)
}

/**
 * One byte range of RFC 9110, half-open; undefined (send all) when there is none, when it is malformed and when there
 * are several.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { from: number; to: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const from = Math.max(0, size - Number(last))
    return from === size ? 'unsatisfiable' : { from, to: size }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return undefined
  const to = last === '' ? size : Math.min(size, Number(last) + 1)
  return from >= size ? 'unsatisfiable' : { from, to }
}
