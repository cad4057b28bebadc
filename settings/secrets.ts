// Forms of secrets, and of references to them.

import { matching } from './kinds.ts'
import type { Setting } from './setting.ts'

/** `env:SYNDATA_SECRET_NAME` or `file:NAME`; nothing else can be named. */
export const SECRET_REF =
  '^(env:SYNDATA_SECRET_[A-Z0-9_]{1,100}|file:[A-Za-z0-9_][A-Za-z0-9._-]{0,99})$'

/** Its groups are id and secret. */
export const API_KEY = /^syn_([0-9a-f]{8})_([A-Za-z0-9_-]{43})$/

export const secretRef: Setting<string> = matching(
  new RegExp(SECRET_REF),
  'a reference to a secret, env:SYNDATA_SECRET_<NAME> or file:<name>',
)

export const apiKey: Setting<string> = matching(
  API_KEY,
  'syn_, 8 hex digits, _ and 43 base64url digits',
)

export const masterKey: Setting<string> = matching(/^[0-9a-f]{64}$/i, '64 hex digits')
