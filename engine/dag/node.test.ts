import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode, prepare } from '@ipld/dag-pb'
import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { cidOfBlock, cidOfDigest } from './cid.ts'
import { decodeNode, encodeDirectoryNode, encodeFileNode } from './node.ts'
import type { Link } from './part.ts'

// The reference's UnixFS encoder writes sizes from 2^31 to 2^32 wrongly (it cannot read them back): left out here,
// checked below against the varint's definition.
const size = fc.oneof(
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 1 << 20, 2 ** 32, 2 ** 40 + 1),
  fc.maxSafeNat().map((n) => n % 2 ** 25),
  fc.maxSafeNat().map((n) => 2 ** 32 + (n % 2 ** 41)),
)
const link = fc
  .record({
    digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    kind: fc.constantFrom('raw' as const, 'node' as const),
    bytes: size,
    dagBytes: size,
  })
  .map(
    ({ digest, kind, bytes, dagBytes }): Link => ({
      cid: cidOfDigest(kind, digest),
      bytes,
      dagBytes,
    }),
  )
const links = fc.array(link, { maxLength: 40 })

function toPBLink({ cid, dagBytes }: Link, name = '') {
  return { Name: name, Tsize: dagBytes, Hash: CID.parse(cid) }
}

test('file nodes are byte for byte those of the reference encoders', () => {
  fc.assert(
    fc.property(links, (parts) => {
      const unixfs = new UnixFS({
        type: 'file',
        blockSizes: parts.map((part) => BigInt(part.bytes)),
      })
      const Data = unixfs.marshal()
      const reference = encode(prepare({ Data, Links: parts.map((part) => toPBLink(part)) }))
      assert.deepEqual(Buffer.from(encodeFileNode(parts)), Buffer.from(reference))
    }),
  )
})

test('sizes of 2 to 4 GiB are written as they should be', () => {
  const cid = cidOfBlock('raw', Buffer.of(1))
  const block = encodeFileNode([{ cid, bytes: 2 ** 31, dagBytes: 2 ** 32 - 1 }])
  assert.ok(Buffer.from(block).includes(Buffer.from('18ffffffff0f', 'hex')))
  assert.ok(Buffer.from(block).includes(Buffer.from('0802188080808008208080808008', 'hex')))
  assert.deepEqual(decodeNode(block).content, [2 ** 31])
})

test('directory nodes are those of the reference encoders, sorted by the bytes of the names', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' })
  const entries = fc.uniqueArray(fc.record({ name, link }), {
    selector: (e) => e.name,
    maxLength: 9,
  })
  fc.assert(
    fc.property(entries, (all) => {
      const Links = all.map((entry) => toPBLink(entry.link, entry.name))
      const Data = new UnixFS({ type: 'directory' }).marshal()
      const reference = encode(prepare({ Data, Links }))
      assert.deepEqual(Buffer.from(encodeDirectoryNode(all)), Buffer.from(reference))
    }),
  )
})

test('the empty directory has its well-known CID', () => {
  const cid = 'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354'
  assert.equal(cidOfBlock('node', encodeDirectoryNode([])), cid)
})

test('decoding gives back what was encoded', () => {
  fc.assert(
    fc.property(links, (parts) => {
      const node = decodeNode(encodeFileNode(parts))
      assert.equal(node.kind, 'file')
      assert.equal(
        node.bytes,
        parts.reduce((sum, part) => sum + part.bytes, 0),
      )
      assert.deepEqual(
        node.content,
        parts.map((part) => part.bytes),
      )
      assert.deepEqual(
        node.links,
        parts.map(({ cid, dagBytes }) => ({ cid, dagBytes, name: '' })),
      )
    }),
  )
  const entry = {
    name: 'orders é.csv',
    link: { cid: cidOfBlock('raw', Buffer.of(1)), bytes: 1, dagBytes: 1 },
  }
  const directory = decodeNode(encodeDirectoryNode([entry]))
  assert.equal(directory.kind, 'directory')
  assert.equal(directory.links[0]?.name, 'orders é.csv')
})

test('any bytes either decode as the reference decodes them or throw RangeError', () => {
  fc.assert(
    fc.property(links, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (parts, at, value, cut) => {
      const block = encodeFileNode(parts)
      const bad = cut ? block.subarray(0, at % block.length) : Uint8Array.from(block)
      if (!cut) bad[at % block.length] = value
      let node: ReturnType<typeof decodeNode>
      try {
        node = decodeNode(bad)
      } catch (error) {
        return assert.ok(error instanceof RangeError)
      }
      assert.equal(node.links.length, decode(bad).Links.length)
    }),
  )
})
