import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column } from '#engine/table/table.ts'
import { categoryColumn, numberColumn, tableOf } from '../../testing/columns.ts'
import { peopleTable } from '../../testing/people.ts'
import { alignTables, type Measured, takeMeasured } from '../measured.ts'
import { createPause } from '../pause.ts'
import { createDistances } from './distances.ts'
import { createGowerSpace } from './gower.ts'
import { createSweepFinder, createTreeFinder, type Finder } from './nearest.ts'

const pause = createPause(new AbortController().signal)

type Row = {
  a: string | null
  b: string | null
  x: number | null
  y: number | null
  same: number | null
}

const row: fc.Arbitrary<Row> = fc.record({
  a: fc.constantFrom('p', 'q', 'r', null),
  b: fc.constantFrom('p', 'q', 'only once', 's', 't', 'u', null),
  x: fc.oneof(fc.constant(null), fc.constant(0), fc.integer({ min: -50, max: 100 })),
  y: fc.oneof(fc.constant(null), fc.double({ min: 0, max: 1, noNaN: true })),
  same: fc.constantFrom(7, 7, 7, 8, null),
})

function table(rows: readonly Row[], constant: boolean) {
  const columns: Column[] = [
    numberColumn(
      'x',
      rows.map(({ x }) => x),
    ),
    categoryColumn(
      'a',
      rows.map(({ a }) => a),
    ),
    numberColumn(
      'y',
      rows.map(({ y }) => y),
    ),
    categoryColumn(
      'b',
      rows.map(({ b }) => b),
    ),
    numberColumn(
      'same',
      rows.map(({ same }) => (constant && same === 8 ? 7 : same)),
    ),
  ]
  return tableOf(columns)
}

/** The definition, value by value. */
function distance(a: Measured, i: number, b: Measured, j: number, scale: Measured): number {
  const parts = a.columns.map((column, at) => {
    const [other, range] = [b.columns[at], scale.columns[at]]
    if (column.kind === 'category')
      return other?.kind === 'category' && column.codes[i] === other.codes[j] ? 0 : 1
    assert.ok(other?.kind === 'number' && range?.kind === 'number')
    const [x, y] = [column.values[i] as number, other.values[j] as number]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y) ? 0 : 1
    const known = range.values.filter((value) => !Number.isNaN(value))
    const width = Math.max(...known) - Math.min(...known)
    if (!(width > 0)) return x === y ? 0 : 1
    return Math.min(1, Math.abs(x - y) / width)
  })
  return parts.reduce((sum, part) => sum + part, 0) / parts.length
}

test('the two closest rows are those that a look at every row finds', async () => {
  const rows = (most: number) => fc.array(row, { minLength: 0, maxLength: most, size: 'max' })
  await fc.assert(
    fc.asyncProperty(rows(30), rows(150), async (asked, known) => {
      const { sides } = alignTables([table(asked, false), table(known, true)])
      const [from, to] = sides as [Measured, Measured]
      const { first, second } = await createDistances(to, pause)(from, to, { second: true })
      for (let i = 0; i < from.rows; i++) {
        const all = Array.from({ length: to.rows }, (_, j) => distance(from, i, to, j, to))
        const sorted = [
          ...all.sort((a, b) => a - b),
          Number.POSITIVE_INFINITY,
          Number.POSITIVE_INFINITY,
        ]
        for (const [found, expected] of [
          [first[i], sorted[0]],
          [second[i], sorted[1]],
        ] as [number, number][])
          assert.ok(
            found === expected || Math.abs(found - expected) < 1e-6,
            `${found}, not ${expected}`,
          )
      }
    }),
    { numRuns: 60 },
  )
})

test('a sweep over every row finds what the tree finds', () => {
  const { sides } = alignTables([peopleTable(300, 1), peopleTable(1111, 2)])
  const [from, to] = sides as [Measured, Measured]
  const space = createGowerSpace(to)
  const [asked, known] = [space(from), space(to)]
  const found = (finder: Finder | null) => {
    assert.ok(finder)
    const nearest = { first: new Float64Array(300), second: new Float64Array(300) }
    finder.find(asked, { from: 0, to: 300, second: true }, nearest)
    return nearest
  }
  const [tree, sweep] = [found(createTreeFinder(known)), found(createSweepFinder(known))]
  for (const which of ['first', 'second'] as const)
    for (const [row, distance] of tree[which].entries())
      assert.ok(Math.abs(distance - (sweep[which][row] as number)) < 1e-6, `row ${row}`)
  assert.equal(createSweepFinder(space(takeMeasured(to, Int32Array.of(1)))), null)
})

test('columns that are many and independent are swept, and give the same distances', async () => {
  const random = createSeededRandom(1, 'independent')
  const table = (rows: number) =>
    tableOf(
      Array.from({ length: 12 }, (_, column) =>
        numberColumn(
          `c${column}`,
          Array.from({ length: rows }, () => random.unit()),
        ),
      ),
    )
  const [from, to] = alignTables([table(230), table(600)]).sides as [Measured, Measured]
  const { first } = await createDistances(to, pause)(from, to)
  for (const row of [0, 199, 200, 229]) {
    const all = Array.from({ length: to.rows }, (_, other) => distance(from, row, to, other, to))
    assert.ok(Math.abs((first[row] as number) - Math.min(...all)) < 1e-6, `row ${row}`)
  }
})

test('distances equal those that SDMetrics computes', async () => {
  const url = new URL('../../testing/sdmetrics.json', import.meta.url)
  const { cases } = JSON.parse(readFileSync(url, 'utf8'))
  for (const { kinds, real, synthetic, dcr } of cases.filter(
    (recorded: object) => 'dcr' in recorded,
  )) {
    const read = (rows: Record<string, (string | number | null)[]>) =>
      tableOf(
        Object.entries(kinds).map(([name, kind]) =>
          kind === 'number' || kind === 'date'
            ? numberColumn(name, rows[name] as (number | null)[])
            : categoryColumn(name, rows[name] as (string | null)[]),
        ),
      )
    const [a, b] = alignTables([read(real), read(synthetic)]).sides as [Measured, Measured]
    const { first } = await createDistances(a, pause)(b, a)
    assert.equal(first.length, dcr.length)
    for (const [at, expected] of dcr.entries())
      assert.ok(Math.abs((first[at] as number) - expected) < 1e-6, `row ${at}`)
  }
})
