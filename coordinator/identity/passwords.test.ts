import assert from 'node:assert/strict'
import test from 'node:test'
import { hashPassword, verifyPassword } from './passwords.ts'

test('a password verifies against its own hash only', async () => {
  const hash = await hashPassword('correct horse battery staple')
  assert.equal(await verifyPassword('correct horse battery staple', hash), true)
  assert.equal(await verifyPassword('correct horse battery', hash), false)
})

test('equal passwords have different hashes, and composed characters are one password', async () => {
  const [first, second] = await Promise.all([hashPassword('caf\u00e9'), hashPassword('caf\u00e9')])
  assert.notEqual(first, second)
  assert.equal(await verifyPassword('cafe\u0301', first), true)
})

test('a hash of an unknown form never verifies', async () => {
  for (const stored of ['', 'plain', 'bcrypt$1$2$3$4$5']) {
    assert.equal(await verifyPassword('plain', stored), false)
  }
})
