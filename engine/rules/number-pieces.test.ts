import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { numberLayoutText, parseNumberLayout } from './number-layout.ts'
import { numberPieces } from './number-pieces.ts'
import { textAt } from './read.ts'
import { numberVector } from './vector.ts'

const LAYOUTS = ['0', '000', '#,##0', '$#,##0.00', '0.000', '000,0.0', '#,000.00 EUR', '0 kg']

test('numbers in pieces read as their texts do', () => {
  const number = fc.oneof(
    fc.integer({ min: -12_000, max: 12_000 }),
    fc.maxSafeInteger(),
    fc.nat({ max: 15 }).map((power) => 10 ** power - 1),
  )
  const scale = fc.integer({ min: 0, max: 5 })
  fc.assert(
    fc.property(fc.constantFrom(...LAYOUTS), scale, fc.array(number), (text, digits, list) => {
      const layout = parseNumberLayout(text)
      assert.ok(layout)
      const vector = numberVector(digits === 0 ? 'int' : 'decimal', digits, list.length)
      vector.values.set(list)
      const made = numberPieces(layout, vector, list.length)
      const expected = numberLayoutText(layout, vector)
      if (!made) return
      made.fill(list.length)
      for (const i of list.keys()) assert.equal(textAt(made.vector, i), expected(i))
    }),
    { numRuns: 500 },
  )
  const plain = parseNumberLayout('#,##0.00')
  assert.ok(plain && numberPieces(plain, numberVector('decimal', 2, 1), 1))
})
