import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, digestOf } from './canonical.ts'

test('keys are sorted by code unit, numbers written as RFC 8785 says', () => {
  assert.equal(canonicalJson({ b: 1, a: [1e21, 0.1, -0, 'é'] }), '{"a":[1e+21,0.1,0,"é"],"b":1}')
  assert.equal(digestOf({ b: 1, a: 2 }), digestOf({ a: 2, b: 1 }))
})

test('the digest is the SHA-256 of the text', () => {
  assert.equal(digestOf({}), '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
})

test('what JSON cannot hold is refused', () => {
  assert.throws(() => canonicalJson(undefined))
  assert.throws(() => canonicalJson({ a: Number.NaN }))
})
