// Arweave wallets: an RSA-4096 key pair as a JWK, and its address. Key material never gets into an error.

import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '#engine/errors.ts'

const KEY_BITS = 4096
const PRIVATE_FIELDS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const
const FIELDS = ['n', 'e', ...PRIVATE_FIELDS] as const

/** The key as wallets store it; all fields but `kty` are base64url. */
export type Jwk = { kty: 'RSA' } & Record<(typeof FIELDS)[number], string>

/** Reads a wallet file's text. Throws `invalid_request` unless it is a whole RSA-4096 private key that signs. */
export function parseWallet(text: string): Jwk {
  const jwk = jwkOf(text)
  if (Buffer.from(jwk.n, 'base64url').length * 8 !== KEY_BITS || jwk.e !== 'AQAB') {
    throw refused(`is not an RSA key of ${KEY_BITS} bits with exponent 65537`)
  }
  if (!canSign(jwk)) throw refused('is damaged: what it signs does not verify')
  return jwk
}

/** Makes a new wallet; takes from tenths of a second to several. */
export async function createWallet(): Promise<Jwk> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS })
  return jwkOf(JSON.stringify(privateKey.export({ format: 'jwk' })))
}

/** The wallet's public address: base64url of SHA-256 of the modulus, 43 characters. */
export function walletAddress({ n }: Pick<Jwk, 'n'>): string {
  return createHash('sha256').update(Buffer.from(n, 'base64url')).digest('base64url')
}

function jwkOf(text: string): Jwk {
  const value = objectOf(text)
  if (value['kty'] !== 'RSA') throw refused('is not an RSA key (kty)')
  const missing = FIELDS.filter((field) => !isBase64url(value[field]))
  if (missing.length > 0) throw refused(`lacks ${missing.join(', ')}`)
  const entries = FIELDS.map((field) => [field, value[field]])
  return { kty: 'RSA', ...Object.fromEntries(entries) } as Jwk
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    // The parser's message quotes the text, so it is dropped.
    throw refused('is not JSON')
  }
}

function isBase64url(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]{1,1024}$/.test(value)
}

function canSign(jwk: Jwk): boolean {
  const probe = randomBytes(32)
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING }
  try {
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
    const publicKey = createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e }, format: 'jwk' })
    const signature = sign('sha256', probe, { key: privateKey, ...padding })
    return verify('sha256', probe, { key: publicKey, ...padding }, signature)
  } catch {
    return false
  }
}

function refused(what: string): AppError {
  return new AppError('invalid_request', `The Arweave wallet ${what}`)
}
