import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeystream } from '#engine/tensor/noise.ts'
import { normalByHalf } from './draws.ts'
import { createNormalFiller } from './normal-kernel.ts'

test('WebAssembly and plain code give the same numbers, which are standard normal', () => {
  const sizes = [
    { rows: 3, words: 4, from: 2, width: 5 },
    { rows: 500, words: 40, from: 6, width: 64 },
  ]
  for (const size of sizes) {
    const [quick, plain] = [createNormalFiller(size), createNormalFiller(size, { plain: true })]
    for (const filler of [quick, plain]) {
      createKeystream(1, 1).fill(0, filler.noise)
      filler.fill()
    }
    assert.deepEqual(quick.numbers, plain.numbers)
    const { words, from, width } = size
    const half = new Uint16Array(quick.noise.buffer, quick.noise.byteOffset)[2 * words + from]
    assert.equal(quick.numbers[width], normalByHalf()[half as number])
  }
  const filler = createNormalFiller({ rows: 500, words: 40, from: 6, width: 64 })
  createKeystream(1, 1).fill(0, filler.noise)
  filler.fill()
  const count = filler.numbers.length
  const mean = filler.numbers.reduce((sum, x) => sum + x, 0) / count
  const square = filler.numbers.reduce((sum, x) => sum + x * x, 0) / count
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(square - 1) < 0.03, `mean ${mean}, square ${square}`)
})
