// Resumable uploads by the TUS protocol (1.0.0): made once, then sent in pieces; after a broken piece the server says
// how far it got.
import { AppError } from '#engine/errors.ts'
import type { Service } from './service.ts'

export type TusFile = {
  bytes: number
  open: () => AsyncIterable<Uint8Array>
  metadata: Record<string, string>
}

export type TusSettings = { url: string; pieceBytes: number; firstPauseMs?: number }

type TusDeps = { service: Service; headers: Record<string, string> }

const VERSION = { 'tus-resumable': '1.0.0' }
const MAX_STALLS = 3

/** Sends the file; one piece is held in memory. Resolves with the last answer's `upload-cid`. AppError `publish_failed`. */
export async function uploadByTus(
  { service, headers }: TusDeps,
  { url, pieceBytes, ...pause }: TusSettings,
  file: TusFile,
  { signal }: { signal: AbortSignal },
): Promise<string | null> {
  const options = { signal, ...pause }
  const common = { ...headers, ...VERSION }
  const created = await service.call(
    url,
    () => ({
      method: 'POST',
      headers: {
        ...common,
        'content-length': '0',
        'upload-length': String(file.bytes),
        'upload-metadata': metadataOf(file.metadata),
      },
    }),
    options,
  )
  const location = locationOf(created.headers.get('location'), url)
  const offsetNow = async () => {
    const { headers: got } = await service.call(
      location,
      () => ({ method: 'HEAD', headers: common }),
      options,
    )
    return Number(got.get('upload-offset'))
  }
  const patch = (bytes: Buffer, offset: number) =>
    service.call(
      location,
      () => ({
        method: 'PATCH',
        headers: {
          ...common,
          'content-type': 'application/offset+octet-stream',
          'content-length': String(bytes.length),
          'upload-offset': String(offset),
        },
        body: bytes,
      }),
      // 409: the server is at another offset, as after a piece whose answer was lost.
      { ...options, also: [409] },
    )

  let at = 0
  let cid: string | null = null
  for await (const piece of piecesOf(file.open(), pieceBytes)) {
    const start = at
    const end = start + piece.length
    for (let stalls = 0; at < end; ) {
      const answer = await patch(piece.subarray(at - start), at)
      cid = answer.headers.get('upload-cid') ?? cid
      const reached =
        answer.status === 409 ? await offsetNow() : Number(answer.headers.get('upload-offset'))
      stalls = reached > at ? 0 : stalls + 1
      if (!(reached >= start && reached <= end) || stalls > MAX_STALLS) throw lost()
      at = reached
    }
  }
  return cid
}

async function* piecesOf(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const bytes of source) {
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + size - length)
      held.push(part)
      length += part.length
      from += part.length
      if (length < size) continue
      yield Buffer.concat(held)
      held = []
      length = 0
    }
  }
  if (length > 0) yield Buffer.concat(held)
}

function metadataOf(metadata: Record<string, string>): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}

// Pieces carry our credentials, so they go to the host that they are meant for and to no other.
function locationOf(location: string | null, url: string): string {
  const target = location === null ? null : URL.parse(location, url)
  if (target?.origin !== new URL(url).origin) throw lost()
  return target.href
}

function lost(): AppError {
  return new AppError('publish_failed', 'the service lost its place in the upload')
}
