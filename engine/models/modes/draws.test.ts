import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillBits, fillGumbel, fillNormal, fillNormalByColumn, normalByHalf } from './draws.ts'

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

test('numbers of any count are those of their half words', () => {
  for (const count of [1, 2, 6, 7, 11]) {
    const halves = Uint16Array.from({ length: count + (count % 2) }, (_, at) => 4001 * (at + 1))
    const [normal, gumbel] = [new Float32Array(count), new Float32Array(count)]
    fillNormal(halves, normal)
    const wanted = Array.from(halves.subarray(0, count), (half) => normalByHalf()[half])
    assert.deepEqual([...normal], wanted)
    fillGumbel(halves, gumbel)
    assert.ok(gumbel.every((value) => value > -3 && value < 12 && value !== 0))
  }
})

test('columns are read from where they begin in each row', () => {
  const halves = Uint16Array.from({ length: 12 }, (_, at) => 5000 * (at + 1))
  const into = new Float32Array(4)
  fillNormalByColumn(halves, { words: 6, from: 1 }, { into, rows: 2 })
  assert.deepEqual(
    [...into],
    [1, 7, 2, 8].map((at) => normalByHalf()[halves[at] as number]),
  )
})
