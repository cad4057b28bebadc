// The block store of many machines: a bucket of any S3-compatible server, one object per block. The server checks each
// upload against the digest in the block's name, so neither a worker nor the network can store anything else.
import { digestOfCid, isCid } from '#engine/dag/cid.ts'
import { AppError } from '#engine/errors.ts'
import type { BlockStore } from './block-store.ts'
import { createS3Client, type S3Client, type S3Settings } from './s3-client.ts'
import { listObjects } from './s3-list.ts'

/** A PUT that its holder may make without credentials, with exactly these headers. */
export type PresignedPut = { url: string; headers: Record<string, string> }

export type S3Store = BlockStore & {
  /** Lets a worker upload the block `cid` of exactly `bytes` bytes for `expiresS` seconds. */
  presignPut: (cid: string, bytes: number, expiresS: number) => Promise<PresignedPut>
}

const PREFIX = 'blocks/'

/** A store in `settings.bucket`, which must exist. Nothing is asked of the server before the first call. */
export function createS3Store(settings: S3Settings, deps: { fetch?: typeof fetch } = {}): S3Store {
  const client = createS3Client(settings, deps)
  return {
    async put(cid, bytes, { signal } = {}) {
      const headers = { ...checksum(cid), 'x-amz-content-sha256': hexDigest(cid) }
      const response = await client.send('PUT', keyOf(cid), { headers, body: bytes, signal })
      expectStatus(response, [200])
    },
    async get(cid, { signal } = {}) {
      const response = await client.send('GET', keyOf(cid), { signal })
      expectStatus(response, [200, 404])
      return response.status === 404 ? null : response.body
    },
    async getRange(cid, from, to, { signal } = {}) {
      const headers = { range: `bytes=${from}-${to - 1}` }
      const response = await client.send('GET', keyOf(cid), { headers, signal })
      expectStatus(response, [200, 206, 404, 416])
      if (response.status === 404) return null
      if (response.status === 416) return new Uint8Array(0)
      // A server that knows no ranges answers with all of it.
      return response.status === 200 ? response.body.subarray(from, to) : response.body
    },
    sizeOf: async (cid, { signal } = {}) => (await head(client, cid, signal))?.bytes ?? null,
    has: async (cid, { signal } = {}) => (await head(client, cid, signal)) !== null,
    async delete(cid, { signal, notAfterMs } = {}) {
      if (notAfterMs !== undefined) {
        const found = await head(client, cid, signal)
        if (!found || found.modifiedMs > notAfterMs) return
      }
      expectStatus(await client.send('DELETE', keyOf(cid), { signal }), [200, 204, 404])
    },
    async *list({ signal } = {}) {
      for await (const { key, bytes, modifiedMs } of listObjects(client, PREFIX, signal)) {
        const cid = key.slice(PREFIX.length)
        if (isCid(cid)) yield { cid, bytes, modifiedMs }
      }
    },
    presignPut: (cid, bytes, expiresS) => {
      const headers = { 'content-length': String(bytes), ...checksum(cid) }
      return client.presign('PUT', keyOf(cid), { headers, expiresS })
    },
    close: () => Promise.resolve(),
  }
}

function keyOf(cid: string): string {
  if (!isCid(cid)) throw new RangeError('not the CID of a block')
  return PREFIX + cid
}

const hexDigest = (cid: string) => Buffer.from(digestOfCid(cid)).toString('hex')

function checksum(cid: string): Record<string, string> {
  return { 'x-amz-checksum-sha256': Buffer.from(digestOfCid(cid)).toString('base64') }
}

// Length and time of the last put (epoch milliseconds); null when missing.
async function head(client: S3Client, cid: string, signal?: AbortSignal) {
  const response = await client.send('HEAD', keyOf(cid), { signal })
  expectStatus(response, [200, 404])
  if (response.status === 404) return null
  const { headers } = response
  return {
    bytes: Number(headers.get('content-length')),
    modifiedMs: Date.parse(headers.get('last-modified') ?? ''),
  }
}

function expectStatus(response: { status: number; body: Uint8Array }, statuses: number[]): void {
  if (statuses.includes(response.status)) return
  const code = /<Code>(\w+)<\/Code>/.exec(Buffer.from(response.body).toString('latin1'))?.[1]
  throw new AppError('infrastructure', 'the bucket of the part store refused a call', {
    cause: new Error(`S3 answered ${response.status} ${code ?? ''}`),
  })
}
