// A short name for the contents of a value: the same contents, the same name, wherever and whenever.
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

const DIGITS = 12

/** Hexadecimal digits of the SHA-256 of its canonical JSON. */
export const digestOf = (value: unknown, digits = DIGITS): string =>
  createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')
    .slice(0, digits)
