// The name of a deployment's contents: the same file, the same revision, wherever and whenever.
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Deployment } from './deployment.ts'

const DIGITS = 12

/** Of everything that the file says; references by their names, never their values. */
export const revisionOf = (deployment: Deployment): string =>
  createHash('sha256')
    .update(canonicalize(deployment) ?? '')
    .digest('hex')
    .slice(0, DIGITS)
