import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { categoryColumn, numberColumn, tableOf } from '../testing/columns.ts'
import { peopleTable } from '../testing/people.ts'
import { areaInterval, areaUnderCurve, differenceInterval, shareInterval } from './auc.ts'
import { createBinner } from './boosting/bins.ts'
import { fitBoosted, predictBoosted } from './boosting/boost.ts'
import { detectSynthetic } from './detection.ts'
import { stratifiedFolds } from './folds.ts'
import { alignTables, type Measured } from './measured.ts'
import { createPause } from './pause.ts'

const pause = createPause(new AbortController().signal)
const allRows = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row)

test('the area under the curve is the share of pairs in order, ties counted half', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
      (a, b) => {
        const wins = b.flatMap((y) => a.map((x) => (y > x ? 1 : y === x ? 0.5 : 0)))
        const expected = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length
        const area = areaUnderCurve(Float64Array.from(a), Float64Array.from(b)) as number
        assert.ok(Math.abs(area - expected) < 1e-12)
      },
    ),
  )
  assert.equal(areaUnderCurve(new Float64Array(0), Float64Array.of(1)), null)
})

test('intervals are those of their authors', () => {
  const near = (actual: readonly number[], expected: readonly number[]): void => {
    for (const [at, value] of actual.entries())
      assert.ok(Math.abs(value - (expected[at] as number)) < 5e-4, actual.join())
  }
  // Newcombe 1998: 81 of 263 by Wilson, 56 of 70 less 48 of 80 by method 10.
  near(shareInterval(81, 263), [0.2553, 0.3662])
  near(differenceInterval({ successes: 56, n: 70 }, { successes: 48, n: 80 }), [0.0524, 0.3339])
  near(areaInterval(0.5, 100, 100), [0.4198, 0.5802])
})

test('trees learn a set of levels, a curve, and that nulls say something', () => {
  const rows = 3000
  const levels = Array.from({ length: rows }, (_, row) => `level ${(row * 7) % 31}`)
  const numbers = Array.from({ length: rows }, (_, row) =>
    row % 13 === 0 ? null : ((row * 37) % 1000) / 500 - 1,
  )
  const target = Float64Array.from(numbers, (x, row) =>
    x === null ? 5 : x * x + (((row * 7) % 31) % 3 === 0 ? 2 : 0),
  )
  const table = alignTables([tableOf([categoryColumn('a', levels), numberColumn('x', numbers)])])
  const [measured] = table.sides as [Measured]
  const binned = createBinner(measured)(measured)
  const fitted = fitBoosted(binned, target, allRows(rows), { loss: 'squared', seed: 1 })
  const predicted = predictBoosted(fitted, binned, allRows(rows))
  const error = predicted.reduce(
    (sum, value, row) => sum + (value - (target[row] as number)) ** 2,
    0,
  )
  assert.ok(error / rows < 0.01, `mean squared error ${error / rows}`)
})

test('folds test each row once and keep the shares of the groups', () => {
  const groups = Array.from({ length: 100 }, (_, row) => (row < 30 ? 1 : 0))
  const folds = stratifiedFolds(groups, 3, 4)
  assert.deepEqual(
    folds.flatMap(({ testing }) => [...testing]).sort((a, b) => a - b),
    [...allRows(100)],
  )
  for (const { training, testing } of folds) {
    assert.equal(training.length + testing.length, 100)
    assert.equal(testing.filter((row) => groups[row] === 1).length, 10)
  }
})

const detect = (a: Measured, b: Measured) => detectSynthetic(a, b, { seed: 3, pause })
const sides = (...tables: Parameters<typeof alignTables>[0]) =>
  alignTables(tables).sides as Measured[]

test('two samples of one law cannot be told apart, two laws can, the same way twice', async () => {
  const [a, b, c] = sides(peopleTable(1200, 1), peopleTable(1200, 2), peopleTable(1200, 3, 1)) as [
    Measured,
    Measured,
    Measured,
  ]
  const same = await detect(a, b)
  for (const { auc } of [same.boosted_trees, same.logistic_regression])
    assert.ok(Math.abs((auc as number) - 0.5) < 0.05, `${auc}`)
  const other = await detect(a, c)
  assert.ok((other.boosted_trees.auc as number) > 0.65, JSON.stringify(other))
  assert.ok((other.logistic_regression.auc as number) > 0.55, JSON.stringify(other))
  assert.deepEqual(await detect(a, c), other)
})

test('tables without rows, with one row and with constants are judged or not, but never fail', async () => {
  const few = (rows: number): Measured[] => sides(peopleTable(rows, 1), peopleTable(rows, 2))
  for (const rows of [0, 1, 2]) {
    const [a, b] = few(rows) as [Measured, Measured]
    assert.equal((await detect(a, b)).boosted_trees.auc, null)
  }
  const constant = tableOf([
    numberColumn('x', new Array(50).fill(1)),
    numberColumn('n', new Array(50).fill(null)),
  ])
  const [a, b] = sides(constant, constant) as [Measured, Measured]
  const { boosted_trees, logistic_regression } = await detect(a, b)
  assert.deepEqual([boosted_trees.auc, logistic_regression.auc], [0.5, 0.5])
})

test('an aborted evaluation ends between steps', async () => {
  const abort = new AbortController()
  abort.abort()
  const [a, b] = sides(peopleTable(50, 1), peopleTable(50, 2)) as [Measured, Measured]
  const ended = detectSynthetic(a, b, { seed: 1, pause: createPause(abort.signal) })
  await assert.rejects(ended, { code: 'cancelled' })
})
