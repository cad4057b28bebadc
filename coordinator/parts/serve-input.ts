// One private file to the holder of a lease: whole or from where a former try ended, as the token allows.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readByteRange } from '#coordinator/http/byte-range.ts'
import { type BlockStore, verified } from '#coordinator/storage/block-store.ts'
import { checkDownload } from '#coordinator/storage/download-token.ts'
import { cidKind } from '#engine/dag/cid.ts'
import { decodeNode } from '#engine/dag/node.ts'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError, codeOf, ERRORS } from '#engine/errors.ts'
import { type Answer, problem } from './take-upload.ts'

export type DownloadDeps = {
  store: BlockStore
  key: Uint8Array
  log: { warn(fields: object, message: string): void }
  nowS: () => number
}

export type Download = { request: IncomingMessage; response: ServerResponse; cid: string }

/** The answer to send, or null once the bytes are sent (or their reader is gone). Never rejects. */
export type ServeInput = (download: Download) => Promise<Answer | null>

/** Blocks are checked on the way: a damaged one reads as missing. */
export function createInputServer({ store, key, log, nowS }: DownloadDeps): ServeInput {
  const { get } = verified(store)
  return async ({ request, response, cid }) => {
    try {
      checkDownload(key, bearerOf(request), { cid, nowS: nowS() })
      const bytes = await lengthOf(store, cid)
      const range = readByteRange(request.headers.range, bytes)
      if (range === 'unsatisfiable')
        throw new AppError('range_not_satisfiable', `the file has ${bytes} bytes`)
      const { from, to } = range === 'whole' ? { from: 0, to: bytes } : range
      const head = { 'content-type': 'application/octet-stream', 'content-length': to - from }
      const part = { ...head, 'content-range': `bytes ${from}-${to - 1}/${bytes}` }
      response.writeHead(range === 'whole' ? 200 : 206, range === 'whole' ? head : part)
      await pipeline(Readable.from(readRange(get, cid, from, to), { objectMode: true }), response)
      return null
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy()
        if (codeOf(error) === 'part_missing') log.warn({ err: error, cid }, 'an input is damaged')
        return null
      }
      const code = codeOf(error)
      return problem(code, error instanceof AppError ? error.message : ERRORS[code].title)
    }
  }
}

function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer ([\w.-]+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** AppError `part_missing` when the root is not in the store. */
async function lengthOf(store: BlockStore, cid: string): Promise<number> {
  if (cidKind(cid) === 'raw') {
    const bytes = await store.sizeOf(cid)
    if (bytes !== null) return bytes
  } else {
    const block = await verified(store).get(cid)
    if (block) return decodeNode(block).bytes
  }
  throw new AppError('part_missing', `the file ${cid} is not stored`)
}
