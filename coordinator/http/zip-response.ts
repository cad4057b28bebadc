// Several files as one zip: stored, not deflated, so its length is known before the first byte is read.

import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { ZipFile } from 'yazl'
import { readRange } from '#engine/dag/read-range.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { attachment } from './file-response.ts'

export type ZipEntry = { name: string; cid: string; bytes: number }

/** `mtime` is every entry's, so that the same files make the same zip. A block missing later cuts the connection. */
export function zipResponse(
  reply: FastifyReply,
  { get, name, entries, mtime }: { get: GetBlock; name: string; entries: ZipEntry[]; mtime: Date },
): FastifyReply {
  const zip = new ZipFile()
  const output = Readable.from(zip.outputStream as AsyncIterable<Buffer>, { objectMode: false })
  zip.on('error', (error: Error) => output.destroy(error))
  for (const entry of entries) {
    const options = { mtime, compress: false, size: entry.bytes, forceDosTimestamp: true }
    zip.addReadStreamLazy(entry.name, options, (use) =>
      use(null, Readable.from(readRange(get, entry.cid, 0, entry.bytes), { objectMode: false })),
    )
  }
  zip.end({ forceZip64Format: false, comment: '' }, (...sizes: number[]) => {
    const [bytes = -1] = sizes
    if (bytes >= 0) reply.header('content-length', bytes)
  })
  return reply
    .type('application/zip')
    .header('content-disposition', attachment(name))
    .header('cache-control', 'private, no-cache')
    .header('content-security-policy', 'sandbox')
    .send(output)
}
