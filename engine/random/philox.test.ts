import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRows, setRange } from '#engine/rows.ts'
import { createGenerator } from './generator.ts'
import { streamKey } from './key.ts'
import { philoxFill } from './philox.ts'

const one = (value: number) => Uint32Array.of(value)

function block(counter: number[], key: number[]): string {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter
  const words = [one(0), one(0), one(0), one(0)] as const
  philoxFill({ rowLow: one(c0), rowHigh: one(c1), words }, 1, key[0] ?? 0, key[1] ?? 0, c2, c3)
  return words.map((word) => (word[0] as number).toString(16).padStart(8, '0')).join(' ')
}

test('Philox4x32-10 gives the known answers of Random123', () => {
  const full = 0xffffffff
  assert.equal(block([0, 0, 0, 0], [0, 0]), '6627e8d5 e169c58d bc57ac4c 9b00dbd8')
  assert.equal(block([full, full, full, full], [full, full]), '408f276d 41c83b0e a20bc7c6 6d5451fd')
  assert.equal(
    block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  )
})

test('the vector module and the plain fallback give the same bits', () => {
  const fast = createGenerator(64)
  const plain = createGenerator(64, 'plain')
  const word = fc.integer({ min: 0, max: 0xffffffff })
  const start = fc.integer({ min: 0, max: 2 ** 53 - 100 })
  fc.assert(
    fc.property(word, word, word, word, start, fc.nat(63), (k0, k1, draw, ordinal, from, n) => {
      const rows = createRows(64)
      setRange(rows, from, from + n)
      const stream = { key: { k0, k1 }, draw }
      const a = fast.words(rows, stream, ordinal).map((plane) => [...plane.subarray(0, n)])
      const b = plain.words(rows, stream, ordinal).map((plane) => [...plane.subarray(0, n)])
      assert.deepEqual(a, b)
    }),
  )
})

test('the generator takes both row words from a row number beyond 32 bits', () => {
  const generator = createGenerator(4)
  const rows = createRows(4)
  setRange(rows, 2 ** 40 + 7, 2 ** 40 + 8)
  const words = generator.words(rows, { key: { k0: 1, k1: 2 }, draw: 3 }, 4)
  const got = words.map((plane) => (plane[0] as number).toString(16).padStart(8, '0')).join(' ')
  assert.equal(got, block([7, 256, 3, 4], [1, 2]))
})

test('names that run together give different keys', () => {
  const keys = [streamKey(1, 'ab', 'c'), streamKey(1, 'a', 'bc'), streamKey(1, 'a","b', 'c')]
  const texts = new Set(keys.map(({ k0, k1 }) => `${k0}/${k1}`))
  assert.equal(texts.size, 3)
})
