import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkTags, type Tag, tagsDigest } from './arweave-tags.ts'

const tag = fc.record({ name: fc.string(), value: fc.string() })

test('the digest of tags does not depend on their order', () => {
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 6 }), (tags) => {
      assert.equal(tagsDigest(tags.toReversed()), tagsDigest(tags))
    }),
  )
})

test('different tags have different digests, wherever name and value are cut', () => {
  const serial = (tags: Tag[]): string =>
    JSON.stringify(tags.map(({ name, value }) => JSON.stringify([name, value])).toSorted())
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 4 }), fc.array(tag, { maxLength: 4 }), (a, b) => {
      assert.equal(tagsDigest(a) === tagsDigest(b), serial(a) === serial(b))
    }),
  )
  const digests = [
    tagsDigest([{ name: 'ab', value: 'c' }]),
    tagsDigest([{ name: 'a', value: 'bc' }]),
    tagsDigest([{ name: 'a', value: 'b' }]),
    tagsDigest([]),
  ]
  assert.equal(new Set(digests).size, digests.length)
})

test('tags within the limits of the network pass, others are refused', () => {
  checkTags([])
  checkTags([{ name: 'Content-Type', value: 'a'.repeat(2036) }])
  assert.throws(() => checkTags([{ name: 'Content-Type', value: 'a'.repeat(2037) }]), /2049 bytes/)
  assert.throws(() => checkTags([{ name: 'é', value: 'é'.repeat(1024) }]), /2050 bytes/)
  assert.throws(() => checkTags([{ name: '', value: 'x' }]), /no name/)
  assert.throws(() => checkTags([{ name: 'x', value: '' }]), /no name or no value/)
})
