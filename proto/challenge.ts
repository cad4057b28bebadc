// Who a worker is: what it signs to enrol and to connect, and how that is checked. Both sides use this file.

import { createHash, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto'

/** The name in every coordinator's certificate: a worker checks the role, whatever address it dialled. */
export const FLEET_SERVER_NAME = 'fleet.syndata.internal'

const PUBLIC_KEY_BYTES = 32

/** 32 random bytes, used for one stream. */
export const newNonce = (): Buffer => randomBytes(32)

/** What the enrolment signature covers. */
export const enrollMessage = (token: string): Buffer => Buffer.from(`syndata-enroll\n${token}`)

/** What the signature of Hello covers; `serverCertificate` is DER, so a relay cannot pass the answer on. */
export function connectMessage(nonce: Uint8Array, serverCertificate: Uint8Array): Buffer {
  const digest = createHash('sha256').update(serverCertificate).digest()
  return Buffer.concat([Buffer.from('syndata-connect\n'), nonce, digest])
}

/** Ed25519 signature, 64 bytes. */
export const signMessage = (privateKey: KeyObject, message: Uint8Array): Buffer =>
  sign(null, message, privateKey)

/** The 32 raw bytes of the public half of an Ed25519 private key. */
export function rawPublicKey(privateKey: KeyObject): Buffer {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

/** False for a wrong signature and for bytes that are no key or no signature at all. */
export function isSignedBy(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return false
  const x = Buffer.from(publicKey).toString('base64url')
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, message, key, signature)
  } catch {
    return false
  }
}
