// Claims signed for a purpose, so that a process without the database can check who may do what.
// Form: base64url(JSON claims) "." base64url(HMAC-SHA256 of purpose, line feed and the first field).
import { createHmac, timingSafeEqual } from 'node:crypto'

/** A URL-safe token for these claims; one of another `purpose` does not verify. */
export function signClaims(key: Uint8Array, purpose: string, claims: object): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${payload}.${macOf(key, purpose, payload).toString('base64url')}`
}

/** The claims of a token of ours, whatever they are; else what is wrong with it. */
export function readClaims(
  key: Uint8Array,
  purpose: string,
  token: string,
): { claims: unknown } | { wrong: string } {
  const dot = token.indexOf('.')
  if (dot < 0) return { wrong: 'the token is malformed' }
  const payload = token.slice(0, dot)
  const mac = Buffer.from(token.slice(dot + 1), 'base64url')
  const expected = macOf(key, purpose, payload)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected))
    return { wrong: 'the token is forged' }
  return { claims: JSON.parse(Buffer.from(payload, 'base64url').toString()) }
}

function macOf(key: Uint8Array, purpose: string, payload: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}\n`).update(payload).digest()
}
