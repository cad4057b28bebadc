// Tags of an Arweave transaction: the limits that the network sets and the digest that makes a publication unique.

import { createHash } from 'node:crypto'
import { AppError } from '#engine/errors.ts'

/** A name and a value in plain text. */
export type Tag = { name: string; value: string }

// apps/arweave/include/ar.hrl: the tags of a transaction take at most 2048 bytes.
const MAX_TAGS_BYTES = 2048

/** Throws `invalid_request` when a tag has no name or value, or when all take more than 2,048 bytes. */
export function checkTags(tags: readonly Tag[]): void {
  const empty = tags.find(({ name, value }) => name === '' || value === '')
  if (empty) throw new AppError('invalid_request', 'An Arweave tag has no name or no value')
  const bytes = tags.reduce((sum, { name, value }) => sum + sizeOf(name) + sizeOf(value), 0)
  if (bytes > MAX_TAGS_BYTES) {
    throw new AppError(
      'invalid_request',
      `The Arweave tags take ${bytes} bytes; at most ${MAX_TAGS_BYTES} are allowed`,
    )
  }
}

/** Hex SHA-256 of the tags as a set: their order does not matter. */
export function tagsDigest(tags: readonly Tag[]): string {
  const pairs = tags.map(({ name, value }) => JSON.stringify([name, value]))
  return createHash('sha256').update(pairs.toSorted().join('\n')).digest('hex')
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
