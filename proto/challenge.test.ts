import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  connectMessage,
  enrollMessage,
  isSignedBy,
  newNonce,
  rawPublicKey,
  signMessage,
} from './challenge.ts'
import { formatToken, parseToken } from './enrollment-token.ts'

const keys = generateKeyPairSync('ed25519')
const publicKey = rawPublicKey(keys.privateKey)

test('a signature verifies under its key, nonce and certificate, and under no other', () => {
  const [nonce, certificate] = [newNonce(), Buffer.from('der')]
  const message = connectMessage(nonce, certificate)
  const signature = signMessage(keys.privateKey, message)
  assert.equal(publicKey.length, 32)
  assert.equal(isSignedBy(publicKey, message, signature), true)
  assert.equal(isSignedBy(publicKey, connectMessage(newNonce(), certificate), signature), false)
  assert.equal(isSignedBy(publicKey, connectMessage(nonce, Buffer.from('x')), signature), false)
  assert.equal(isSignedBy(publicKey, enrollMessage(''), signature), false)
  const other = generateKeyPairSync('ed25519')
  assert.equal(isSignedBy(rawPublicKey(other.privateKey), message, signature), false)
})

test('bytes that are no key or no signature verify nothing and throw nothing', () => {
  const bytes = fc.uint8Array({ maxLength: 70 })
  fc.assert(
    fc.property(bytes, bytes, bytes, (key, message, signature) => {
      assert.equal(isSignedBy(key, message, signature), false)
      assert.equal(isSignedBy(publicKey, message, signature), false)
    }),
  )
})

test('a token survives its text form, and other text is no token', () => {
  const token = { id: 't', secret: 's', ca: 'a'.repeat(64), addresses: ['h:1', '[::1]:7443'] }
  assert.deepEqual(parseToken(formatToken(token)), token)
  assert.equal(parseToken(formatToken({ ...token, ca: 'short' })), null)
  assert.equal(parseToken(formatToken({ ...token, addresses: ['no port'] })), null)
  fc.assert(fc.property(fc.string(), (text) => parseToken(`synw_${text}`) === null))
  assert.equal(parseToken(formatToken(token).slice(5)), null)
})
