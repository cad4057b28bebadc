import assert from 'node:assert/strict'
import { test } from 'node:test'
import { categoryColumn, numberColumn, tableOf } from '../testing/columns.ts'
import type { Coded } from './bins.ts'
import { correlationRatio, createCorrelations, pearson, ranks } from './correlation.ts'
import { contingencySimilarity, cramersV, createJointCounter } from './joint-counts.ts'
import { alignTables, type Measured } from './measured.ts'
import { overlayColumns } from './overlays.ts'
import { chiSquareTail, kolmogorovTail, testColumns } from './two-sample.ts'

const near = (actual: number | null | undefined, expected: number, within = 1e-9): void => {
  assert.ok(
    typeof actual === 'number' && Math.abs(actual - expected) <= within,
    `${actual}, ${expected}`,
  )
}

test('tails are those of the tables of chi-square and of Kolmogorov', () => {
  near(chiSquareTail(3.841458820694124, 1), 0.05)
  near(chiSquareTail(11.070497693516351, 5), 0.05)
  near(chiSquareTail(149.449252779, 100), 0.001, 1e-8)
  assert.equal(chiSquareTail(0, 3), 1)
  const n = 2e8
  near(kolmogorovTail(1.3580986393 / Math.sqrt(n / 2), n, n), 0.05, 1e-4)
  near(kolmogorovTail(1.9494746035 / Math.sqrt(n / 2), n, n), 0.001, 1e-5)
})

test('chi-square of two samples of two levels is that of a table of four cells', () => {
  const sample = (yes: number, no: number) =>
    tableOf([categoryColumn('c', [...new Array(yes).fill('y'), ...new Array(no).fill('n')])])
  const [a, b] = alignTables([sample(30, 70), sample(45, 55)]).sides as [Measured, Measured]
  const [found] = testColumns(a, b)
  near(found?.statistic, 4.8)
  assert.equal(found?.freedom, 1)
  near(found?.p_value, 0.02845973691631, 1e-9)
})

test('correlations of small columns', () => {
  const columns = [
    [1, 2, 3, 4, 5],
    [2, 4, 5, 4, 5],
    [Number.NaN, 2, 4, 6, 8],
    [3, 3, 3, 3, 3],
  ].map((values) => Float64Array.from(values))
  const [a, b, c, same] = columns as [Float64Array, Float64Array, Float64Array, Float64Array]
  near(pearson(a, b), 0.7745966692414834)
  const of = createCorrelations(columns)
  near(of(0, 1), 0.7745966692414834)
  near(of(0, 2), 1)
  assert.equal(of(0, 3), null)
  assert.equal(of(2, 3), null)
  assert.equal(pearson(a, same), null)
  assert.deepEqual([...ranks(Float64Array.of(7, Number.NaN, 3, 7))], [2.5, Number.NaN, 1, 2.5])
  near(pearson(ranks(a), ranks(b)), 0.7378647873726218)
  const ratio = (values: number[]) =>
    correlationRatio(Int32Array.of(0, 0, 1, 1), 2, Float64Array.from(values))
  near(ratio([1, 2, 3, 4]), Math.sqrt(0.8))
  near(ratio([1, 1, 3, 3]), 1)
  near(ratio([1, 3, 1, 3]), 0)
  assert.equal(ratio([2, 2, 2, 2]), null)
  assert.ok(c.length === 5)
})

test('joint counts give the same for few possible cells and for many', () => {
  const cells = [10, 20, 20, 10]
  const codes = (of: (cell: number) => number, size: number): Coded => ({
    codes: Int32Array.from(cells.flatMap((count, cell) => new Array<number>(count).fill(of(cell)))),
    size,
  })
  for (const size of [2, 3000]) {
    const last = size - 1
    const pair = [
      codes((cell) => (cell >> 1) * last, size),
      codes((cell) => (cell & 1) * last, size),
    ] as const
    const none = [codes(() => 0, size), codes(() => last, size)] as const
    const joint = createJointCounter()(pair, none)
    near(cramersV(joint, joint.real), 1 / 3)
    assert.equal(cramersV(joint, joint.synthetic), null)
    near(contingencySimilarity(joint), 1 / 3)
  }
})

test('overlays count every row, name no rare level and reach no extreme value', () => {
  const values = Array.from({ length: 100 }, (_, i) => (i === 99 ? 1e6 : i % 50))
  const levels = values.map((_, i) => (i < 60 ? 'often' : i < 98 ? 'also' : 'rare'))
  const table = tableOf([numberColumn('x', values, { decimals: 0 }), categoryColumn('c', levels)])
  const [a, b] = alignTables([table, table]).sides as [Measured, Measured]
  const [x, c] = overlayColumns(a, b)
  near(
    x?.real.reduce((sum, share) => sum + share, 0),
    1,
  )
  assert.ok((x?.edges?.at(-1) ?? 1e6) < 100)
  assert.deepEqual(c?.labels, ['often', 'also'])
  near(c?.other[0], 0.02)
})
