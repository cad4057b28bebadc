// One byte form for a JSON value (RFC 8785), so that equal configs have equal digests whatever the order of their keys.
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** RFC 8785 text; throws TypeError for what JSON cannot hold (undefined, functions, infinities). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('value has no JSON form')
  return text
}

/** Lower-case hex SHA-256 of the canonical form. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex')
}
