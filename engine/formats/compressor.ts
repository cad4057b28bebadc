// gzip (RFC 1952) and zstd (RFC 8878) of blocks: each block is a member or frame of its own, so that files join by
// putting one behind the other. The compressed bytes belong to a version of the library; the text inside does not.

import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import type { ResolvedOutput } from '#engine/config/types.ts'

export type Compression = NonNullable<ResolvedOutput['compression']>

/** What the files are compressed by, as a whole or inside; null where nothing is. */
export function compressionIn({
  compression,
  parquet,
  arrow,
}: Partial<ResolvedOutput>): Compression | null {
  const own = compression ?? parquet?.compression ?? arrow?.compression
  return own === 'gzip' || own === 'zstd' ? own : null
}

const GZIP_LEVEL = 6
const ZSTD_LEVEL = 3
/** Place and value of the header's byte for the system that compressed: unknown, so that systems do not differ. */
const GZIP_SYSTEM_AT = 9
const GZIP_SYSTEM_UNKNOWN = 255

function gzip(bytes: Uint8Array): Uint8Array {
  const member = gzipSync(bytes, { level: GZIP_LEVEL })
  member[GZIP_SYSTEM_AT] = GZIP_SYSTEM_UNKNOWN
  return member
}

const ZSTD = {
  params: {
    [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
}

/** One member or frame with these bytes in it. */
export function compress(bytes: Uint8Array, compression: Compression): Uint8Array {
  return compression === 'gzip'
    ? gzip(bytes)
    : zstdCompressSync(bytes, { ...ZSTD, pledgedSrcSize: bytes.length })
}

/**
 * Whose bytes this process makes: compressed files are the same within one such class only. zlib picks its matches by
 * what the processor offers, zstd does not.
 */
export function compressorOf(compression: Compression): string {
  const { zlib, zstd } = process.versions
  return compression === 'gzip' ? `zlib ${zlib} ${process.arch}` : `zstd ${zstd}`
}
