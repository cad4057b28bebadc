import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepOf } from './steps.ts'

test('the step of numbers is the largest that all lie on', () => {
  assert.equal(stepOf([12.99, 3.99, 8.99], 2), 100)
  assert.equal(stepOf([60, 180, 240], 0), 60)
  assert.equal(stepOf([1, 2, 4], 0), 1)
  assert.equal(stepOf([5], 0), 1)
  assert.equal(stepOf([], 0), 1)
  assert.equal(stepOf([1e17, 3e17], 3), 1)
})
