// The text of an enrolment token: all that a machine needs to join, in one line an operator can paste.

export type EnrollmentToken = {
  id: string
  secret: string
  /** Hex SHA-256 of the installation's CA certificate (DER): the only root the worker will trust. */
  ca: string
  /** host:port of fleet gateways, tried in any order. */
  addresses: string[]
}

const PREFIX = 'synw_'
const LENGTH_MAX = 4096

/** `synw_` and base64url JSON. */
export function formatToken(token: EnrollmentToken): string {
  return PREFIX + Buffer.from(JSON.stringify(token)).toString('base64url')
}

/** Null for anything that `formatToken` did not make. */
export function parseToken(text: string): EnrollmentToken | null {
  if (!text.startsWith(PREFIX) || text.length > LENGTH_MAX) return null
  try {
    const json = Buffer.from(text.slice(PREFIX.length), 'base64url').toString()
    const value: unknown = JSON.parse(json)
    return isToken(value) ? value : null
  } catch {
    return null
  }
}

function isToken(value: unknown): value is EnrollmentToken {
  if (typeof value !== 'object' || value === null) return false
  const { id, secret, ca, addresses } = value as Record<string, unknown>
  return (
    typeof id === 'string' &&
    typeof secret === 'string' &&
    typeof ca === 'string' &&
    /^[0-9a-f]{64}$/.test(ca) &&
    Array.isArray(addresses) &&
    addresses.every((address) => typeof address === 'string' && isAddress(address))
  )
}

/** host:port, with an IPv6 host in brackets. */
export const isAddress = (text: string): boolean => /^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i.test(text)
