import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { cholesky, nearestCorrelation } from './positive-definite.ts'

test("the nearest correlation matrix is Higham's, and positive definite", () => {
  // Higham 2002, section 4: the matrix and its nearest correlation matrix to four digits.
  const matrix = Float64Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1)
  const nearest = nearestCorrelation(matrix, 3, 200)
  const expected = [1, 0.7607, 0.1573, 0.7607, 1, 0.7607, 0.1573, 0.7607, 1]
  for (const [at, value] of nearest.entries())
    assert.ok(Math.abs(value - (expected[at] as number)) < 1e-4, `${at}: ${value}`)
  assert.ok(cholesky(nearest, 3))
})

test('repaired matrices are symmetric to the last bit, whatever they were', () => {
  const random = createSeededRandom(4, 'matrices')
  for (const n of [2, 3, 5, 9, 20]) {
    const matrix = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const value = i === j ? 1 : Math.sign(random.normal()) * (0.9 + 0.1 * random.unit())
        matrix[i * n + j] = value
        matrix[j * n + i] = value
      }
    const nearest = nearestCorrelation(matrix, n, 5)
    assert.ok(cholesky(nearest, n), `${n}`)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        assert.equal(nearest[i * n + j], nearest[j * n + i])
        assert.ok(i === j ? nearest[i * n + j] === 1 : Math.abs(nearest[i * n + j] as number) <= 1)
      }
  }
})
