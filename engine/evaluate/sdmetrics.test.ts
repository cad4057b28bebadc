import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Column, Table } from '#engine/table/table.ts'
import { categoryColumn, numberColumn, tableOf } from '../testing/columns.ts'
import { scoreAdherence, uniqueShare } from './adherence.ts'
import { pearson, ranks } from './correlation.ts'
import { alignTables, type Measured } from './measured.ts'
import { scoreShapes } from './shapes.ts'
import { scoreTrends } from './trends.ts'
import { testColumns } from './two-sample.ts'

type Kind = 'number' | 'date' | 'category' | 'boolean'
type Rows = Record<string, (number | string | boolean | null)[]>
type Single = Partial<Record<'missing' | 'unique' | 'coverage' | 'adherence' | 'ks_p', number>>
type RecordedTrends = {
  score: number | null
  pairs: { columns: [string, string]; metric: string; score: number | null }[]
}
type Recorded = {
  name: string
  kinds: Record<string, Kind>
  real: Rows
  synthetic: Rows
  shapes: { score: number; columns: Record<string, number | null> }
  trends: RecordedTrends
  thresholded: RecordedTrends
  single: Record<string, Single>
  spearman?: number | null
}

const url = new URL('../testing/sdmetrics.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(url, 'utf8')) as { cases: Recorded[] }

function tableFrom(kinds: Record<string, Kind>, rows: Rows): Table {
  const columns = Object.entries(kinds).map(([name, kind]): Column => {
    const values = rows[name] ?? []
    if (kind === 'number' || kind === 'date')
      return numberColumn(name, values as (number | null)[], { decimals: 17 })
    return categoryColumn(name, values as (string | null)[])
  })
  return tableOf(columns)
}

function equal(actual: number | null | undefined, expected: number | null, what: string): void {
  if (expected === null || actual === null || actual === undefined)
    assert.equal(actual ?? null, expected, what)
  else assert.ok(Math.abs(actual - expected) <= 1e-6, `${what}: ${actual}, expected ${expected}`)
}

for (const recorded of cases) {
  const [real, synthetic] = [recorded.real, recorded.synthetic].map((rows) =>
    tableFrom(recorded.kinds, rows),
  ) as [Table, Table]
  const [a, b] = alignTables([real, synthetic]).sides as [Measured, Measured]

  test(`${recorded.name}: Column Shapes equal those of SDMetrics`, () => {
    const shapes = scoreShapes(a, b)
    equal(shapes.score, recorded.shapes.score, 'overall')
    for (const { column, score } of shapes.columns)
      equal(score, recorded.shapes.columns[column] ?? null, column)
    assert.equal(shapes.columns.length, Object.keys(recorded.shapes.columns).length)
  })

  test(`${recorded.name}: Column Pair Trends equal those of SDMetrics under both rules`, () => {
    const trends = scoreTrends(a, b)
    equal(trends.score, recorded.trends.score, 'overall')
    equal(trends.thresholded, recorded.thresholded.score, 'with thresholds')
    assert.equal(trends.pairs.length, recorded.trends.pairs.length)
    for (const [at, pair] of trends.pairs.entries()) {
      const [every, some] = [recorded.trends.pairs[at], recorded.thresholded.pairs[at]]
      assert.deepEqual([pair.columns, pair.metric], [every?.columns, every?.metric])
      equal(pair.score, every?.score ?? null, pair.columns.join())
      equal(
        pair.counts ? pair.score : null,
        some?.score ?? null,
        `${pair.columns.join()}, thresholds`,
      )
    }
  })

  test(`${recorded.name}: coverage, adherence, missing values and uniqueness equal those of SDMetrics`, () => {
    for (const scores of scoreAdherence(a, b)) {
      const expected = recorded.single[scores.column] as Single
      for (const key of ['missing', 'coverage', 'adherence'] as const)
        equal(scores[key], expected[key] ?? null, `${scores.column} ${key}`)
      const column = synthetic.columns.find(({ field }) => field.name === scores.column) as Column
      equal(uniqueShare(column, synthetic.rows), expected.unique ?? null, `${scores.column} unique`)
    }
  })

  test(`${recorded.name}: p-values and ranks are near those of scipy`, () => {
    for (const { column, p_value } of testColumns(a, b)) {
      const expected = recorded.single[column]?.ks_p
      if (expected === undefined || p_value === null || real.rows < 50) continue
      assert.ok(Math.abs(p_value - expected) < 0.06, `${column}: ${p_value}, scipy ${expected}`)
    }
    const numbers = a.columns.filter((column) => column.kind === 'number')
    const [x, y] = numbers
    if (x && y && typeof recorded.spearman === 'number') {
      const both = x.values.map((value, row) => value + (y.values[row] as number))
      const kept = (values: Float64Array) =>
        ranks(values.filter((_, row) => !Number.isNaN(both[row])))
      equal(pearson(kept(x.values), kept(y.values)), recorded.spearman, 'spearman')
    }
  })
}
