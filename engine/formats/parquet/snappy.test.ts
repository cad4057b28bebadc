import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { snappyUncompress } from 'hyparquet'
import { snappy } from './snappy.ts'

/** What a foreign reader makes of the compressed bytes. */
function restored(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  snappyUncompress(packed, output)
  return output
}

function assertRestored(bytes: Uint8Array): void {
  const packed = snappy(bytes)
  assert.ok(Buffer.from(restored(packed, bytes.length)).equals(bytes))
  assert.ok(packed.length <= 32 + bytes.length + bytes.length / 6, `${packed.length} bytes`)
}

/** Xorshift (Marsaglia 2003), the upper byte of each word. */
function noise(length: number, seed: number, values = 256): Uint8Array {
  let state = seed | 1
  return Uint8Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 24) % values
  })
}

test('any bytes come back', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 90 }),
    fc
      .tuple(fc.uint8Array({ maxLength: 9 }), fc.integer({ max: 90, min: 1 }))
      .map(([bytes, times]) =>
        Uint8Array.from({ length: bytes.length * times }, (_, k) => bytes[k % bytes.length] ?? 0),
      ),
    fc.tuple(fc.nat(5), fc.nat(300)).map(([seed, length]) => noise(length, seed)),
    fc.nat(300).map((length) => noise(length, 1, 3)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(7), (pieces, skipped) => {
      const whole = Buffer.concat(pieces)
      assertRestored(whole)
      assertRestored(new Uint8Array(whole).subarray(Math.min(skipped, whole.length)))
    }),
    { numRuns: 500 },
  )
})

test('literals and copies of every length, near and far, come back', () => {
  for (let length = 0; length < 140; length++) {
    assertRestored(noise(length, 7))
    assertRestored(new Uint8Array(length))
    const start = noise(length, 9)
    const far = length % 20 === 4 ? [65_535 - length, 65_536 - length] : []
    for (const apart of [0, 1, 2040, 2048 - length, 2048, ...far]) {
      if (apart >= 0) assertRestored(Buffer.concat([start, noise(apart, 11), start, start]))
    }
  }
  for (const length of [255, 256, 257, 65_535, 65_536, 65_537, 200_000]) {
    assertRestored(noise(length, 13))
    assertRestored(noise(length, 13, 2))
    assertRestored(new Uint8Array(length))
  }
})

test('what repeats is shorter, and the bytes are the same everywhere', () => {
  const text = Buffer.from(
    Array.from({ length: 3000 }, (_, k) => `user${k % 70}@example.com `).join(''),
  )
  const packed = snappy(text)
  assert.ok(packed.length < text.length / 10)
  assert.deepEqual(snappy(text), packed)
  const digest = createHash('sha256').update(packed).digest('hex').slice(0, 16)
  assert.equal(digest, 'cd24787c5c823a78')
})
