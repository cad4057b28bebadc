import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ceilTo, digitsOf, floorTo } from './numbers.ts'

test('digits as written', () => {
  assert.deepEqual([1, 1.5, 0.001, 1e-7, 1.25e-7, 1e21, -0.25].map(digitsOf), [0, 1, 3, 7, 9, 0, 2])
})

test('a bound goes inwards to the grid, and stays where it is on it', () => {
  assert.equal(ceilTo(0.111, 2), 0.12)
  assert.equal(floorTo(0.119, 2), 0.11)
  assert.equal(ceilTo(0.29, 2), 0.29)
  assert.equal(floorTo(-1.005, 2), -1.01)
})

test('the grid holds every number with that many digits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 0, max: 6 }),
      (units, decimals) => {
        const value = Number(`${units}e-${decimals}`)
        assert.equal(ceilTo(value, decimals), value)
        assert.equal(floorTo(value, decimals), value)
      },
    ),
  )
})
