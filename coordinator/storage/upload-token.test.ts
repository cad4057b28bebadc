import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { signUpload, verifyUpload } from './upload-token.ts'

const key = randomBytes(32)
const claims = {
  leaseId: 'lease-1',
  workerId: 'worker-é',
  jobId: 'job-1',
  maxBytes: 2 ** 20,
  maxCount: 12,
  expiresAt: 1_750_000_000,
}

test('a token gives its claims back until it expires', () => {
  const token = signUpload(key, claims)
  assert.match(token, /^[\w.-]+$/)
  assert.deepEqual(verifyUpload(key, token, claims.expiresAt - 1), claims)
  assert.throws(() => verifyUpload(key, token, claims.expiresAt), {
    code: 'upload_refused',
    details: { leaseId: 'lease-1', workerId: 'worker-é', jobId: 'job-1' },
  })
})

test('a token of another key, or changed in any place, is refused', () => {
  const token = signUpload(key, claims)
  assert.throws(() => verifyUpload(randomBytes(32), token, 0), { code: 'upload_refused' })
  fc.assert(
    fc.property(
      fc.nat({ max: token.length - 2 }),
      fc.constantFrom('A', 'b', '.', '~'),
      (at, by) => {
        const bad = token.slice(0, at) + by + token.slice(at + 1)
        if (bad !== token)
          assert.throws(() => verifyUpload(key, bad, 0), { code: 'upload_refused' })
      },
    ),
  )
  for (const text of ['', '.', 'x', 'a'.repeat(2000), `${'a'.repeat(1200)}.b`]) {
    assert.throws(() => verifyUpload(key, text, 0), { code: 'upload_refused' })
  }
})
