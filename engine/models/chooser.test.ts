import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeystream } from '#engine/tensor/noise.ts'
import { columnStride, createChooser } from './chooser.ts'

const SIZE = { rows: 250, positions: 9, columns: 3 }
const SPANS = [
  { start: 0, count: 1 },
  { start: 1, count: 3 },
  { start: 4, count: 5 },
]

const stride = columnStride(SIZE.rows)

function choose(options: { plain?: boolean }, seed: number) {
  const chooser = createChooser(SIZE, options)
  const words = new Uint32Array(chooser.weights.length)
  createKeystream(seed, 1).fill(0, words)
  for (const [at, word] of words.entries())
    chooser.weights[at] = word % 5 === 0 ? 0 : Math.exp((word % 4000) / 200)
  // Every row has a weight in each span.
  for (const { start } of SPANS) chooser.weights.fill(1, start * SIZE.rows, (start + 1) * SIZE.rows)
  for (const [column, span] of SPANS.entries()) {
    createKeystream(seed, 2).fill(
      column,
      chooser.words.subarray(column * stride, (column + 1) * stride),
    )
    chooser.choose(column, span)
  }
  return SPANS.map((_, column) => chooser.codes.slice(column * stride, column * stride + SIZE.rows))
}

test('vectors and plain code choose the same', () => {
  for (let seed = 0; seed < 20; seed++)
    assert.deepEqual(choose({}, seed), choose({ plain: true }, seed))
})

test('codes are as frequent as their weights, and none of weight 0 is chosen, whatever the word', () => {
  const rows = 40_000
  const weights = [0, 3, 0, 1, 4, 0]
  for (const plain of [false, true]) {
    const chooser = createChooser({ rows, positions: 6, columns: 1 }, { plain })
    for (const [position, weight] of weights.entries())
      chooser.weights.fill(weight, position * rows, (position + 1) * rows)
    createKeystream(3, 3).fill(0, chooser.words)
    chooser.words.set([0, 0xff_ff_ff_ff, 0xff_ff_ff_00, 1])
    chooser.choose(0, { start: 0, count: 6 })
    const counts = weights.map((_, code) => chooser.codes.filter((one) => one === code).length)
    for (const [code, weight] of weights.entries()) {
      const share = (counts[code] as number) / rows
      assert.ok(Math.abs(share - weight / 8) < 0.01, `${share} of code ${code}`)
      if (weight === 0) assert.equal(counts[code], 0)
    }
    assert.deepEqual([...chooser.codes.subarray(0, 2)], [1, 4])
  }
})
