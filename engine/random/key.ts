// The key of a column's random stream. Streams are named by what the user named, so that adding or moving
// a column leaves every other column as it was.

import { hash } from 'node:crypto'

/** A Philox key: two 32-bit words. */
export type StreamKey = { readonly k0: number; readonly k1: number }

/**
 * First 64 bits of SHA-256 over the JSON array `[seed, table, column]` in UTF-8, an encoding in which no
 * two different triples look the same. Words are read big endian.
 */
export function streamKey(seed: number, table: string, column: string): StreamKey {
  const digest = hash('sha256', JSON.stringify([seed, table, column]), 'buffer')
  return { k0: digest.readUInt32BE(0), k1: digest.readUInt32BE(4) }
}
