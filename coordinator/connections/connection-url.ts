// A database's URL taken apart. Nothing of it is ever said back: it may hold a password.

import type { TlsMode } from './connection.ts'

type UrlParts = {
  kind: 'postgresql' | 'mysql'
  host: string
  port?: number
  database: string
  user: string
  password?: string
  tls?: TlsMode
}

const KINDS: Readonly<Record<string, UrlParts['kind']>> = {
  'postgres:': 'postgresql',
  'postgresql:': 'postgresql',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}

/** By what libpq (`sslmode`) and MySQL's programs (`ssl-mode`) call them; checking half of a certificate is not on offer. */
const TLS: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  disabled: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  preferred: 'prefer',
  require: 'require',
  required: 'require',
  'verify-ca': 'verify',
  verify_ca: 'verify',
  'verify-full': 'verify',
  verify_identity: 'verify',
}

/** The parts, or what is wrong, in words that show nothing of the URL but names of its parameters. */
export function parseConnectionUrl(text: string): UrlParts | { wrong: string } {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) return { wrong: 'This is not a URL' }
  const kind = Object.hasOwn(KINDS, url.protocol) ? KINDS[url.protocol] : undefined
  if (kind === undefined) return { wrong: 'The URL is not one of PostgreSQL or MySQL' }
  const parts = decoded([url.username, url.password, url.pathname.slice(1)])
  if (parts === null) return { wrong: 'The URL has a % that encodes nothing' }
  const tls = tlsOf(url.searchParams)
  if (typeof tls === 'object') return tls
  const [user = '', password = '', database = ''] = parts
  return {
    kind,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    database,
    user,
    ...(password === '' ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  }
}

function decoded(texts: string[]): string[] | null {
  try {
    return texts.map(decodeURIComponent)
  } catch {
    return null
  }
}

function tlsOf(parameters: URLSearchParams): TlsMode | undefined | { wrong: string } {
  const names = [...new Set(parameters.keys())]
  const unknown = names.find((name) => !/^ssl-?mode$/.test(name))
  if (unknown !== undefined) {
    const shown = /^[a-z_-]{1,30}$/i.test(unknown) ? ` ${unknown}` : ''
    return { wrong: `The URL has the parameter${shown}; only sslmode is taken from there` }
  }
  const [mode, ...more] = names.flatMap((name) => parameters.getAll(name))
  if (mode === undefined) return undefined
  const tls = Object.hasOwn(TLS, mode.toLowerCase()) ? TLS[mode.toLowerCase()] : undefined
  return tls === undefined || more.length > 0 ? { wrong: 'sslmode is no mode of TLS' } : tls
}
