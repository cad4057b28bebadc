// Files inside gzip or zstd, unpacked while they arrive and never far past what a real table unpacks to.

import { Readable } from 'node:stream'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import { AppError } from '#engine/errors.ts'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'
import type { Wrapping } from './records.ts'

/** Tells by the first bytes: RFC 1952, RFC 8878. */
export function wrappingOf(head: Uint8Array): Wrapping {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  return 'none'
}

/** AppError `payload_too_large` for a bomb, `invalid_request` for one that is damaged or cut. */
export async function* unwrap(
  source: AsyncIterable<Uint8Array>,
  wrapping: Wrapping,
  limits: IngestLimits,
): AsyncIterable<Uint8Array> {
  if (wrapping === 'none') {
    yield* source
    return
  }
  let packed = 0
  let unpacked = 0
  const counted = async function* (): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      packed += chunk.length
      yield chunk
    }
  }
  const unpack =
    wrapping === 'gzip'
      ? createGunzip({ chunkSize: 1 << 16 })
      : createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } })
  const input = Readable.from(counted(), { objectMode: false })
  input.on('error', (error) => unpack.destroy(error))
  input.pipe(unpack)
  try {
    for await (const chunk of unpack as AsyncIterable<Buffer>) {
      unpacked += chunk.length
      const most = Math.max(limits.unpackFreeBytes, packed * limits.unpackRatioMax)
      if (unpacked > Math.min(most, limits.unpackedBytesMax))
        throw pastLimit(`${packed} bytes unpack to more than ${unpacked}: that is no table`)
      yield chunk
    }
  } catch (error) {
    throw isDamage(error) ? damaged(wrapping) : error
  } finally {
    input.destroy()
    unpack.destroy()
  }
}

function isDamage(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return !(error instanceof AppError) && typeof code === 'string' && /^(Z_|ZSTD_)/.test(code)
}

function damaged(wrapping: Wrapping): AppError {
  return brokenFile(
    `the ${wrapping} stream is damaged or cut`,
    'Pack the file again, or send it unpacked.',
  )
}
