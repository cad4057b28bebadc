import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillBits, fillGumbel, fillNormal, normalByHalf } from './draws.ts'

test('every bit becomes one byte', () => {
  const into = new Uint8Array(96)
  const places = new Set<number>()
  for (let bit = 0; bit < into.length; bit++) {
    const bits = new Uint32Array(into.length / 32)
    bits[bit >> 5] = 1 << (bit & 31)
    fillBits(bits, into)
    assert.equal(
      into.reduce((sum, byte) => sum + byte, 0),
      1,
    )
    places.add(into.indexOf(1))
  }
  assert.equal(places.size, into.length)
  fillBits(new Uint32Array(3).fill(0xff_ff_ff_ff), into)
  assert.ok(into.every((byte) => byte === 1))
})

test('numbers of any count are those of their half words, all at once as well as row by row', () => {
  for (const count of [1, 2, 6, 7, 11]) {
    const halves = Uint16Array.from({ length: count + (count % 2) }, (_, at) => 4001 * (at + 1))
    const wanted = Array.from(halves.subarray(0, count), (half) => normalByHalf()[half])
    const [all, one, gumbel] = [1, 2, 3].map(() => new Float32Array(count)) as Float32Array[]
    fillNormal(halves, { words: count, from: 0 }, { into: all as Float32Array, width: count })
    fillNormal(halves, { words: 1, from: 0 }, { into: one as Float32Array, width: 1 })
    assert.deepEqual([...(all as Float32Array)], wanted)
    assert.deepEqual(one, all)
    fillGumbel(halves, { into: gumbel as Float32Array, width: count })
    assert.ok(gumbel?.every((value) => value > -3 && value < 12 && value !== 0))
  }
})

test('rows are read from where they begin', () => {
  const halves = Uint16Array.from({ length: 12 }, (_, at) => 5000 * (at + 1))
  const into = new Float32Array(4)
  fillNormal(halves, { words: 6, from: 1 }, { into, width: 2 })
  assert.deepEqual(
    [...into],
    [1, 2, 7, 8].map((at) => normalByHalf()[halves[at] as number]),
  )
})
