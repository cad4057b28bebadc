import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ParsedConfig, parseConfig, samplesOf } from '#engine/config/parse.ts'
import { generateTable } from '#engine/testing/generated-table.ts'
import { SHOP, SHOP_FIELDS } from '#engine/testing/odd-shop.ts'
import { configFromProfile } from './config-from-profile.ts'
import { profileTable } from './profiler.ts'
import { sampleOf } from './sample.ts'
import type { WrittenTable } from './written-config.ts'

const { profile } = profileTable(await generateTable(SHOP, SHOP_FIELDS))
const written = configFromProfile(profile).tables[0] as WrittenTable
const samples = new Map([['ds_1', sampleOf(profile, written)]])

const parsed = (table: object): ParsedConfig =>
  parseConfig({ samples: { orders: 'ds_1' }, tables: [{ name: 'orders', ...table }] }, { samples })

function tableOf(table: object) {
  const { config, problems } = parsed(table)
  assert.deepEqual(problems, [])
  return config.tables[0] as ParsedConfig['config']['tables'][number]
}

const asWritten = (columns: WrittenTable['columns'], constraints?: WrittenTable['constraints']) =>
  parseConfig({
    tables: [{ name: 'orders', rows: 9, columns, ...(constraints && { constraints }) }],
  }).config.tables[0]

const columnsOf = (...names: string[]) =>
  names.map((name) => written.columns.find((column) => column.name === name) ?? assert.fail(name))

test('a table that names a sample and no columns is that of the profile', () => {
  assert.deepEqual(tableOf({ rows: 9 }), asWritten(written.columns, written.constraints))
})

test('columns without a rule take theirs, others stay, and so does their order', () => {
  const age = { name: 'age', type: 'int', rule: { type: 'range', min: 1, max: 9 } }
  const own = { name: 'plate', constraints: ['not_null'] }
  const { columns } = tableOf({ rows: 9, columns: [age, { name: 'plan' }, { name: 'mail' }] })
  const expected = asWritten([age, ...columnsOf('plan', 'mail')])?.columns ?? []
  assert.deepEqual(
    columns,
    expected.map((column) => (column.name === 'mail' ? { ...column, unique: false } : column)),
  )
  const [plate, pieces] = tableOf({ columns: [own, { name: 'pieces', type: 'float' }] }).columns
  assert.partialDeepStrictEqual(plate, { not_null: true, nullable: null, rule: { type: 'regex' } })
  assert.partialDeepStrictEqual(pieces, { type: 'float', rule: { type: 'binomial' } })
})

test('what other columns decide comes with them, and by its own law without them', () => {
  const pair = tableOf({ columns: [{ name: 'city' }, { name: 'zone' }] })
  assert.deepEqual(pair.constraints.length, 1)
  const alone = tableOf({ columns: [{ name: 'zone' }] })
  assert.deepEqual(alone.constraints, [])
  assert.partialDeepStrictEqual(alone.columns[0], { rule: { type: 'choice' } })
  const sum = tableOf({ columns: [{ name: 'net' }, { name: 'total' }, { name: 'tip' }] })
  assert.partialDeepStrictEqual(sum.columns[1], { rule: { type: 'expression' } })
  const total = tableOf({ columns: [{ name: 'net' }, { name: 'total' }] })
  assert.notEqual(total.columns[1]?.rule?.type, 'expression')
})

test('a type that names a rule, bounds, keys of the table and fixed values go before a sample', () => {
  const { columns } = parseConfig(
    {
      samples: { orders: 'ds_1' },
      tables: [
        { name: 'parents', columns: [{ name: 'id', type: 'int', constraints: ['PK'] }] },
        {
          name: 'orders',
          columns: [
            { name: 'mail', type: 'city' },
            { name: 'pieces', type: 'int', constraints: { min_value: 1, max_value: 2 } },
            { name: 'rating', type: 'int', constraints: ['FK'] },
            { name: 'plan', type: 'str' },
          ],
          constraints: [{ fixed: ['plan'], values: [['x'], ['y']] }],
          foreign_keys: [{ parent_table: 'parents', child_column: 'rating' }],
        },
      ],
    },
    { samples },
  ).config.tables[1] ?? { columns: [] }
  assert.deepEqual(
    columns.map(({ rule }) => rule?.type),
    ['city', 'range', 'reference', columns[3]?.rule?.type],
  )
  assert.notDeepEqual(columns[3]?.rule, asWritten(columnsOf('plan'))?.columns[0]?.rule)
})

test('a config of one table with fields has samples too', () => {
  const { config, problems } = parseConfig(
    { name: 'people', rows: 5, samples: { people: 'ds_1' }, fields: [{ name: 'plan' }] },
    { samples },
  )
  assert.deepEqual(problems, [])
  assert.partialDeepStrictEqual(config.tables, [
    { name: 'people', columns: [{ name: 'plan', type: 'str', rule: { type: 'choice' } }] },
  ])
})

test('what cannot be taken is said, with its place', () => {
  const text = (head: string, columns: string) =>
    parseConfig(`samples: ${head}\ntables:\n  - name: orders\n    columns: [${columns}]\n`, {
      samples,
    }).problems
  assert.partialDeepStrictEqual(text('{order: ds_1}', '{name: plan, type: str}'), [
    { path: '/samples/order', hint: 'Did you mean orders?', line: 1, column: 11 },
  ])
  assert.partialDeepStrictEqual(text('{orders: ds_9}', '{name: plan, type: str}'), [
    { path: '/samples/orders', message: '"ds_9" is no dataset' },
  ])
  assert.partialDeepStrictEqual(text('[ds_1]', '{name: plan, type: str}'), [{ path: '/samples' }])
  assert.partialDeepStrictEqual(text('{orders: ds_1}', '{name: plan, type: int}'), [
    { path: '/tables/0/columns/0/type', message: '"plan" is str in its sample, not int', line: 4 },
  ])
  const many = Array.from({ length: 101 }, (_, i) => `t${i}: ds_${i}`).join(', ')
  assert.partialDeepStrictEqual(text(`{${many}}`, '{name: plan, type: str}'), [
    { path: '/samples', message: 'The config names too many datasets' },
  ])
  assert.deepEqual(samplesOf(`samples: {${many}}`), [])
  const { warnings } = parsed({ columns: [{ name: 'plann', type: 'int' }] })
  assert.match(warnings.join(), /"plann".*ds_1 has no such column/)
})
