import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import {
  cidBytes,
  cidFromBytes,
  cidKind,
  cidOfBlock,
  cidOfDigest,
  digestOfBytes,
  digestOfCid,
  isCid,
  verifyBlock,
} from './cid.ts'

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 })
const kinds = fc.constantFrom('raw' as const, 'node' as const)

test('well-known blocks have their well-known CIDs', () => {
  const raw = (text: string) => cidOfBlock('raw', Buffer.from(text))
  assert.equal(raw(''), 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
  assert.equal(raw('hello world'), 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
})

test('text and bytes agree with multiformats and survive the round trip', () => {
  fc.assert(
    fc.property(digests, kinds, (digest, kind) => {
      const cid = cidOfDigest(kind, digest)
      const parsed = CID.parse(cid)
      assert.equal(parsed.code, kind === 'raw' ? 0x55 : 0x70)
      assert.deepEqual(Buffer.from(cidBytes(cid)), Buffer.from(parsed.bytes))
      assert.deepEqual(Buffer.from(digestOfCid(cid)), Buffer.from(digest))
      assert.equal(cidFromBytes(cidBytes(cid)), cid)
      assert.equal(parsed.toString(), cid)
      assert.equal(cidKind(cid), kind)
      assert.ok(isCid(cid))
    }),
  )
})

test('anything but canonical text is refused', () => {
  const good = cidOfBlock('raw', Buffer.from('x'))
  const others = [
    '',
    good.toUpperCase(),
    `${good}a`,
    good.slice(0, -1),
    `${good.slice(0, -1)}b`,
    'QmWATWQ7fVPP2EFGu71UkfnqhYXDYH566qy47CnJDgvs8u',
    CID.create(1, 0x71, CID.parse(good).multihash).toString(),
    `../${good.slice(3)}`,
  ]
  for (const text of others) {
    assert.equal(isCid(text), false, text)
    assert.throws(() => cidBytes(text), RangeError)
  }
  assert.throws(() => cidFromBytes(new Uint8Array(36)), RangeError)
  assert.throws(() => cidFromBytes(cidBytes(good).subarray(1)), RangeError)
})

test('a block verifies under its own CID only', () => {
  const bytes = Buffer.from('some bytes')
  assert.ok(verifyBlock(cidOfBlock('raw', bytes), bytes))
  assert.ok(verifyBlock(cidOfBlock('node', bytes), bytes))
  assert.equal(verifyBlock(cidOfBlock('raw', bytes), Buffer.from('some bytez')), false)
  assert.equal(verifyBlock('nonsense', bytes), false)
  assert.equal(digestOfBytes(bytes).length, 32)
})
