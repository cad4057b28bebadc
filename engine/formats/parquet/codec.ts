// Compression of pages. Levels are fixed: the bytes of a file are part of what a job promises.

import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { snappy } from './snappy.ts'

/** Numbers of the enum `CompressionCodec`. Records of blocks name them by their places here. */
export const CODEC = { none: 0, gzip: 2, zstd: 6, snappy: 1 } as const

export type Codec = keyof typeof CODEC

const ZSTD_LEVEL = 1
const GZIP_LEVEL = 1
/** Room over the input that no compressor needs more than: one output piece, so nothing is joined. */
const SLACK_BYTES = 1024

/** The bytes compressed; themselves where nothing is asked for. */
export function compressed(codec: Codec, bytes: Uint8Array): Uint8Array {
  const chunkSize = bytes.length + (bytes.length >> 7) + SLACK_BYTES
  switch (codec) {
    case 'none':
      return bytes
    case 'gzip':
      return gzipSync(bytes, { level: GZIP_LEVEL, chunkSize })
    case 'snappy':
      return snappy(bytes)
    case 'zstd':
      return zstdCompressSync(bytes, {
        chunkSize,
        params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
      })
  }
}
