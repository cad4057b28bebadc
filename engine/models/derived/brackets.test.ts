import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { CategoryColumn, Column, Field, NumberColumn, Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import { openModel } from '../model.ts'
import { ALGORITHMS, decodeModelFile, encodeModelFile } from '../model-file.ts'
import { prepare } from '../prepare.ts'
import type { Conditions } from '../sampled.ts'

const ROWS = 2000
const random = createSeededRandom(4, 'brackets')
const ruleFor = () => ({ type: 'word' })
const field = (name: string, type: Field['type'], decimals = 0): Field => {
  return { name, type, semantic: null, decimals, layout: null, zone: null }
}
const number = (name: string, of: (row: number) => number, decimals = 0): NumberColumn => {
  const type = decimals > 0 ? 'decimal' : 'integer'
  const values = Float64Array.from({ length: ROWS }, (_, row) => of(row))
  return { kind: 'number', field: field(name, type, decimals), values }
}
const category = (name: string, of: (row: number) => number): CategoryColumn => {
  const codes = Int32Array.from({ length: ROWS }, (_, row) => of(row))
  const levels = ['a', 'b', 'c', 'd', 'e']
  return { kind: 'category', field: field(name, 'category'), codes, levels }
}

const ages = number('age', () => 18 + Math.floor(80 * random.unit() * random.unit()))
const income = number(
  'income',
  (row) => {
    return row % 8 === 0 ? Number.NaN : Math.round(100 * Math.exp(7 + random.normal())) / 100
  },
  2,
)
const bracketOf = (age: number): number => [29, 44, 64].filter((end) => age > end).length
const classOf = (amount: number): number => (Number.isNaN(amount) ? 4 : amount > 1000 ? 0 : 2)
const table: Table = {
  ...{ name: 'people', rows: ROWS },
  columns: [
    category('group', (row) => bracketOf(ages.values[row] as number)),
    ages,
    income,
    category('class', (row) => classOf(income.values[row] as number)),
  ],
}

for (const algorithm of ALGORITHMS)
  test(`${algorithm}: ranges of a number agree with it in every row, and are asked for`, async () => {
    const file = await learn(table, algorithm, { epochs: 2 })
    for (const [group, age, amount, kind] of (await drawRows(file, [700])).rows) {
      assert.equal(group, 'abcde'[bracketOf(Number(age))])
      assert.equal(kind, 'abcde'[classOf(Number(amount))])
    }
    const codesOf = (name: string, wanted: string): number[] => {
      const column = openModel(file).columns.find((one) => one.field.name === name)
      assert.ok(column?.kind === 'category')
      return Array.from(wanted).map((level) => column.levels.indexOf(level))
    }
    for (const [name, wanted, place] of [
      ['group', 'b', 0],
      ['group', 'ad', 0],
      ['class', 'e', 3],
      ['class', 'ae', 3],
    ] as const) {
      const asked: Conditions = { levels: { [name]: codesOf(name, wanted) } }
      const { rows } = await drawRows(file, [300], { conditions: asked })
      const seen = new Set(rows.map((row) => row[place]))
      assert.deepEqual(seen, new Set(wanted), `${name} ${wanted}`)
      assert.deepEqual((await drawRows(file, [111, 300], { conditions: asked })).rows, rows)
    }
  })

const derivedOf = (columns: Column[], rows = ROWS) =>
  prepare({ name: 't', rows, columns }, { seed: 1, ruleFor }).derived

test('ends are the roundest between the values beside them', () => {
  const [group, kind] = derivedOf([...table.columns])
  assert.ok(group?.from.type === 'ranges' && kind?.from.type === 'ranges')
  assert.deepEqual(group.from.ends, [29, 44, 64])
  assert.deepEqual(kind.from.ends, [1000])
})

test('what is no range, or may be one by chance, is learned', () => {
  const other = (of: (row: number) => number): Column[] => [ages, category('other', of)]
  const age = (row: number): number => ages.values[row] as number
  assert.equal(derivedOf(other((row) => bracketOf(age(row)))).length, 1)
  assert.equal(derivedOf(other((row) => (row === 5 ? 4 : bracketOf(age(row))))).length, 0)
  assert.equal(derivedOf(other((row) => bracketOf(age(row)) % 2)).length, 0)
  const highest = age(ages.values.indexOf(Math.max(...ages.values)))
  assert.equal(derivedOf(other((row) => Number(age(row) >= highest))).length, 0)
  const few = other((row) => bracketOf(age(row))).map((column) => {
    return column.kind === 'number'
      ? { ...column, values: column.values.subarray(0, 130) }
      : { ...column, codes: (column as CategoryColumn).codes.subarray(0, 130) }
  }) as Column[]
  assert.equal(derivedOf(few, 130).length, 0)
})

test('a file whose ranges are none is refused', async () => {
  const file = await learn(table, 'gaussian_copula')
  const model = decodeModelFile(file)
  const at = model.derived.findIndex(({ from }) => from.type === 'ranges')
  for (const change of [{ ends: [3, 3, 4] }, { codes: [0] }, { ofNull: 99 }, { first: 1e6 }]) {
    const derived = model.derived.map((one, i) =>
      i === at ? { ...one, from: { ...one.from, ...change } } : one,
    ) as typeof model.derived
    assert.throws(() => openModel(encodeModelFile({ ...model, derived })), {
      code: 'invalid_request',
    })
  }
})
