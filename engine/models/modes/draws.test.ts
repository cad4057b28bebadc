import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillBits } from './draws.ts'

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
