import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { symmetricEigen } from './symmetric-eigen.ts'

/** The largest error of values and vectors: matrix * vector - value * vector, and vector * vector' - 1. */
function residual(matrix: Float64Array, n: number): number {
  const { values, vectors } = symmetricEigen(matrix, n)
  const dot = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, x, at) => sum + x * (b[at] as number), 0)
  const vector = (k: number) => vectors.subarray(k * n, (k + 1) * n)
  let worst = 0
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const product = dot(matrix.subarray(i * n, (i + 1) * n), vector(k))
      worst = Math.max(worst, Math.abs(product - (values[k] as number) * (vector(k)[i] as number)))
    }
    for (let j = 0; j <= k; j++)
      worst = Math.max(worst, Math.abs(dot(vector(k), vector(j)) - Number(j === k)))
  }
  return worst
}

test('matrices of all kinds fall into values and vectors', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 12 }).chain((n) =>
        fc.tuple(
          fc.constant(n),
          fc.array(
            fc.oneof(fc.constantFrom(0, 1, -1), fc.double({ min: -9, max: 9, noNaN: true })),
            {
              minLength: n * n,
              maxLength: n * n,
            },
          ),
        ),
      ),
      ([n, list]) => {
        const matrix = Float64Array.from(list, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n]
          return list[Math.min(i, j) * n + Math.max(i, j)] as number
        })
        assert.ok(residual(matrix, n) < 1e-11, `${residual(matrix, n)}`)
      },
    ),
    { numRuns: 300 },
  )
})

test('known values: the second difference has 2 - 2 cos', () => {
  const n = 40
  const matrix = Float64Array.from({ length: n * n }, (_, at) => {
    const distance = Math.abs(Math.floor(at / n) - (at % n))
    return distance === 0 ? 2 : distance === 1 ? -1 : 0
  })
  const values = symmetricEigen(matrix, n).values.sort()
  for (const [k, value] of values.entries())
    assert.ok(Math.abs(value - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)))) < 1e-13)
})

test('what is not finite is refused', () => {
  assert.throws(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2))
})

test('matrices of far fewer dimensions than rows, whose other values are noise around zero', () => {
  for (const [rows, n, period] of [
    [4, 300, 5],
    [12, 128, 1000],
  ] as const) {
    const columns = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: rows }, (__, r) => Math.sin(1 + ((i * r) % period))),
    )
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const [x, y] = [columns[Math.floor(at / n)], columns[at % n]]
      return x?.reduce((sum, value, r) => sum + value * (y?.[r] as number), 0) as number
    })
    assert.ok(residual(matrix, n) < 1e-10, `${residual(matrix, n)}`)
  }
})
