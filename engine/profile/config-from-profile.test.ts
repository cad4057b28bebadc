import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { kolmogorovDistance, sortedValues } from '#engine/evaluate/shapes.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Semantic, Table } from '#engine/table/table.ts'
import { generateTable } from '#engine/testing/generated-table.ts'
import { SHOP, SHOP_FIELDS, SHOP_ROWS } from '#engine/testing/odd-shop.ts'
import { category, number, tableOf, times } from '#engine/testing/small-tables.ts'
import { configFromProfile } from './config-from-profile.ts'
import { drawExpression } from './order-changes.ts'
import type { ColumnProfile } from './profile.ts'
import { profileTable } from './profiler.ts'
import { configText } from './written-config.ts'

function distance(a: Table, b: Table, name: string): number {
  const [x, y] = [a, b].map(({ columns }) => {
    const column = columns.find(({ field }) => field.name === name)
    assert.ok(column?.kind === 'number')
    return sortedValues(column.values)
  }) as [Float64Array, Float64Array]
  return kolmogorovDistance(x, y) ?? 1
}

/** Half the difference of the shares of all values. */
function variation(a: ColumnProfile, b: ColumnProfile): number {
  const shares = ({ top_values }: ColumnProfile) => {
    const total = (top_values ?? []).reduce((sum, { rows }) => sum + rows, 0)
    return new Map((top_values ?? []).map(({ value, rows }) => [value, rows / total]))
  }
  const [x, y] = [shares(a), shares(b)]
  const values = new Set([...x.keys(), ...y.keys()])
  return (
    [...values].reduce<number>(
      (sum, value) => sum + Math.abs((x.get(value) ?? 0) - (y.get(value) ?? 0)),
      0,
    ) / 2
  )
}

test('a table, its profile, its config, its rows: shares, quantiles, nulls and rules agree', async () => {
  const real = await generateTable(SHOP, SHOP_FIELDS)
  const { profile } = profileTable(real)
  const config = configFromProfile(profile)
  assert.deepEqual(parse(configText(config)), config)
  const made = await generateTable(config, SHOP_FIELDS)
  const again = profileTable(made).profile
  assert.equal(made.rows, SHOP_ROWS)
  for (const [at, column] of profile.columns.entries()) {
    const other = again.columns[at] as ColumnProfile
    assert.ok(
      Math.abs(column.nulls - other.nulls) < 0.02 * SHOP_ROWS,
      `${column.name}: ${other.nulls} nulls`,
    )
    if (column.rule !== null) assert.equal(other.unique, column.unique, column.name)
    if (column.numbers !== null)
      assert.ok(
        distance(real, made, column.name) < 0.05,
        `${column.name}: ${distance(real, made, column.name)}`,
      )
    else assert.ok(variation(column, other) < 0.03, `${column.name}: ${variation(column, other)}`)
    const [one, two] = [column.texts?.regex, other.texts?.regex]
    if (column.name === 'plate') assert.equal(two, one)
  }
  assert.deepEqual(again.dependencies, profile.dependencies)
  assert.deepEqual(again.sums, [{ parts: ['net', 'tip'], total: 'total' }])
  const orders = again.orders.map(({ low, high }) => `${low} ${high}`)
  assert.ok(orders.includes('ordered shipped') && orders.includes('net total'), orders.join())
  assert.equal(
    again.columns[12]?.numbers?.law?.rule.type,
    profile.columns[12]?.numbers?.law?.rule.type,
  )
  const ids = config.tables[0]?.columns[0]
  assert.deepEqual(ids?.constraints, ['PK'])
  assert.deepEqual(ids?.rule, { type: 'sequence', start: 10_000, prefix: 'ORD-', pad: 6 })
})

test('no id, personal value or text of the table is among the rows of its config', async () => {
  const real = await generateTable({ ...SHOP, seed: 6 }, SHOP_FIELDS)
  const made = await generateTable(configFromProfile(profileTable(real).profile), SHOP_FIELDS)
  for (const at of [0, 1, 2, 4]) {
    const [known, values] = [real, made].map(({ columns }) => columns[at])
    assert.ok(known?.kind === 'text' && values?.kind === 'text')
    const set = new Set(known.values)
    assert.equal(values.values.filter((value) => set.has(value)).length, 0, known.field.name)
  }
})

test('columns that are null together stay so; zeros, spikes and gaps stay where they were', async () => {
  const random = createSeededRandom(9, 'test')
  const draws = times(5000, () => random.unit())
  const table = tableOf(
    [
      category(
        'a',
        draws.map((draw) => (draw < 0.2 ? null : draw < 0.7 ? 'x' : 'y')),
      ),
      number(
        'b',
        draws.map((draw) => (draw < 0.2 ? null : Math.floor(draw * 40))),
      ),
      number(
        'gain',
        draws.map((_, row) => (row % 10 < 9 ? 0 : 5000 + (row % 37) * 100)),
      ),
      number(
        'score',
        draws.map((draw) => Math.round(draw * draw * 1000) / 1000),
        'decimal',
        3,
      ),
      number(
        'time',
        draws.map((draw) => Math.floor(draw * 86_400)),
        'time',
      ),
      number(
        'none',
        draws.map(() => null),
      ),
      category(
        'one',
        draws.map(() => 'only'),
      ),
    ],
    5000,
  )
  const config = configFromProfile(profileTable(table).profile)
  assert.deepEqual(config.tables[0]?.columns[1]?.nullable, { when: 'a == null' })
  const made = await generateTable(
    config,
    table.columns.map(({ field }) => field),
  )
  const again = profileTable(made).profile
  assert.deepEqual(again.null_patterns[0]?.columns.slice(0, 2), ['a', 'b'])
  for (const name of ['b', 'gain', 'score', 'time'])
    assert.ok(distance(table, made, name) < 0.05, name)
  const gain = made.columns[2]
  assert.ok(gain?.kind === 'number')
  for (const value of gain.values)
    assert.ok(value === 0 || (value >= 5000 && value <= 8600), `${value}`)
  assert.deepEqual([again.columns[5]?.nulls, again.columns[6]?.constant], [5000, true])
})

test('every kind and meaning of a column becomes a config that makes rows, whatever the names', async () => {
  const semantics: (Semantic | null)[] = [
    null,
    'city',
    'state',
    'country',
    'postcode',
    'company',
    'job',
    'url',
    'currency',
    'phone',
    'iban',
    'first_name',
  ]
  const columns = semantics.map((semantic, at) =>
    category(
      `"${at}" it's <b>`,
      times(80, (row) => `v${row % 9}`),
      { semantic },
    ),
  )
  const { profile } = profileTable({ ...tableOf(columns, 80), name: '../a:b' })
  const config = configFromProfile(profile)
  const made = await generateTable(
    config,
    columns.map(({ field }) => field),
  )
  assert.equal(made.rows, 80)
  assert.equal(configFromProfile(profileTable(tableOf([], 0)).profile).tables[0]?.columns.length, 0)
})

test('a value that fewer than 5 rows have is in no config', () => {
  const table = tableOf(
    [
      number(
        'pay',
        times(500, (row) => (row < 3 ? 987_654 : row * 13)),
      ),
      number(
        'day',
        times(500, (row) => (row < 2 ? -9999 : row % 90)),
        'date',
      ),
      category(
        'town',
        times(500, (row) => (row < 4 ? 'Hidden' : 'Open')),
      ),
    ],
    500,
  )
  const config = configText(configFromProfile(profileTable(table).profile))
  for (const secret of ['987654', '987655', '1942-08-17', 'Hidden'])
    assert.ok(!config.includes(secret), secret)
})

test('moments of a zone keep it, unless another is computed from them', () => {
  const random = createSeededRandom(8, 'moments')
  const starts = times(300, () => 1_700_000_000 + random.below(1e7))
  const moment = (name: string, values: number[]): Column => {
    const column = number(name, values, 'datetime')
    const layout = '%Y/%m/%d %H:%M'
    return { ...column, field: { ...column.field, zone: 'Asia/Tokyo', layout } }
  }
  const ends = starts.map((start) => start + random.below(5000))
  const configOf = (columns: Column[]) => {
    return configFromProfile(profileTable(tableOf(columns, 300)).profile).tables[0]?.columns
  }
  const [alone] = configOf([moment('start', starts)]) ?? []
  assert.deepEqual(
    [alone?.rule?.type, alone?.rule?.['zone'], alone?.rule?.['format'], alone?.format],
    ['datetime', 'Asia/Tokyo', '%Y/%m/%d %H:%M', undefined],
  )
  const [start, end] = configOf([moment('start', starts), moment('end', ends)]) ?? []
  assert.deepEqual([start?.rule?.type, end?.rule?.type], ['range', 'expression'])
  assert.deepEqual([start?.format, end?.format], ['%Y/%m/%d %H:%M', '%Y/%m/%d %H:%M'])
})

test('a drawn bin is as likely as its share', () => {
  assert.equal(drawExpression({ edges: [3, 4], shares: [1] }, 1), '3')
  assert.equal(drawExpression({ edges: [0, 10], shares: [1] }, 1), 'range(0, 9)')
  assert.equal(
    drawExpression({ edges: [0, 1, 5, 6.5], shares: [0.5, 0, 0.5] }, 0.5),
    'if(uniform(0, 1) < 0.5, uniform(0, 0.5), uniform(5, 6))',
  )
})
