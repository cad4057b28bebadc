// Opaque ids: a word for the kind, then 80 random bits.

import { randomBytes } from 'node:crypto'

export type IdKind = 'job' | 'usr' | 'prj' | 'wrk' | 'tok' | 'con' | 'mdl' | 'dat' | 'prf' | 'evl'

/** For example `job_3f0c...`; safe in URLs, file names and workflow ids. */
export function newId(kind: IdKind): string {
  return `${kind}_${randomBytes(10).toString('hex')}`
}

/** False for text that cannot be an id of ours, nor a UUID: it need not be looked up. */
export const isId = (text: string): boolean => /^[\w-]{1,100}$/.test(text)
