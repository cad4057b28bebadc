import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesOf, createByteSink } from './byte-sink.ts'
import { appendDelta, appendNarrowDelta } from './delta.ts'
import { packerOf, packLoop } from './pack-32.ts'
import { createPresence } from './presence.ts'

/** Bit `at` of the bytes, lowest first. */
const bit = (bytes: Uint8Array, at: number) => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1

test('32 integers of any width are packed bit by bit, generated or not', () => {
  for (let width = 1; width <= 32; width++) {
    const mask = 0xffff_ffff >>> (32 - width)
    const values = Int32Array.from({ length: 40 }, (_, k) => Math.imul(k + 1, 0x9e37_79b1) & mask)
    const [packed, looped] = [new Uint8Array(4 * width), new Uint8Array(4 * width)]
    packerOf(width)(values, 3, new DataView(packed.buffer), 0)
    packLoop(values, { from: 3, count: 32 }, width, new DataView(looped.buffer), 0)
    assert.deepEqual(packed, looped)
    for (let k = 0; k < 32 * width; k++) {
      const value = (values[3 + Math.floor(k / width)] as number) >>> 0
      assert.equal(bit(packed, k), Math.floor(value / 2 ** (k % width)) % 2)
    }
  }
})

test('near integers by differences are the bytes of any by differences', () => {
  const near = fc.oneof(
    fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 300 }),
    fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 300 }),
  )
  const shift = fc.integer({ min: -(2 ** 50), max: 2 ** 50 })
  fc.assert(
    fc.property(near, shift, (numbers, base) => {
      const [any, narrow] = [createByteSink(), createByteSink()]
      const values = Float64Array.from(numbers, (value) => value + base)
      appendDelta(any, values, 0, values.length)
      appendNarrowDelta(narrow, Int32Array.from(numbers), numbers.length, values[0] ?? 0)
      assert.deepEqual(bytesOf(narrow), bytesOf(any))
    }),
  )
})

/** The levels of a page out of their bytes: one run, after its length. */
function levelsOf(bytes: Uint8Array, rows: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  assert.equal(view.getUint32(0, true), bytes.length - 4)
  let at = 4
  let head = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0
    head += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  if ((head & 1) === 0) {
    assert.deepEqual([head >> 1, bytes.length - at], [rows, 1])
    return new Array<number>(rows).fill(bytes[at] ?? -1)
  }
  const packed = bytes.subarray(at)
  assert.deepEqual([head >> 1, packed.length], [Math.ceil(rows / 8), Math.ceil(rows / 8)])
  for (let k = rows; k < 8 * packed.length; k++) assert.equal(bit(packed, k), 0)
  return Array.from({ length: rows }, (_, k) => bit(packed, k))
}

test('levels say which rows have a value, whatever the batches and pages', () => {
  const nulls = fc.array(fc.constantFrom(0, 1, 0), { minLength: 1, maxLength: 100 })
  const batches = fc.array(nulls, { minLength: 1, maxLength: 5 })
  const presence = createPresence(true, 500)
  fc.assert(
    fc.property(batches, fc.integer({ min: 1, max: 120 }), (parts, pageRows) => {
      presence.reset()
      for (const part of parts) presence.take(Uint8Array.from(part), part.length)
      const expected = parts.flat().map((isNull) => 1 - isNull)
      let values = 0
      for (const page of presence.pages(pageRows)) {
        const sink = createByteSink()
        presence.appendLevels(sink, page)
        const levels = expected.slice(page.row, page.row + page.rows)
        assert.deepEqual(levelsOf(bytesOf(sink), page.rows), levels)
        assert.equal(page.from, values)
        values += levels.filter((level) => level === 1).length
        assert.equal(page.to, values)
      }
      assert.equal(values, expected.filter((level) => level === 1).length)
    }),
  )
})
