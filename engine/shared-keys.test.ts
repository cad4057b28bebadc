import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './config/parse.ts'
import type { ResolvedConfig } from './config/types.ts'
import { valuesOf } from './testing/bytes.ts'
import { fileOfAnyCut } from './testing/cuts.ts'
import { resolveText } from './testing/resolve.ts'

type Shop = {
  tenants?: number
  orders?: number | null
  customers?: string
  products?: string
  keys?: string
  columns?: string
}

const CUSTOMER =
  '{parent_table: customers, parent_columns: [tenant, customer], child_columns: [tenant, customer]}'
const PRODUCT =
  '{parent_table: products, parent_columns: [tenant, product], child_columns: [tenant, product]}'

/** Customers and products belong to tenants, orders to a customer and a product of one tenant. */
const shop = ({
  tenants = 30,
  orders = 2_000,
  customers = 'children: {type: range, min: 0, max: 5}',
  products = 'children: {type: range, min: 1, max: 7}',
  keys = `${CUSTOMER}, ${PRODUCT}`,
  columns = '',
}: Shop = {}) => `
seed: 9
tables:
- {name: tenants, rows: ${tenants}, columns: [{name: tenant, type: int, constraints: [PK]}]}
- name: customers
  columns:
  - {name: tenant, type: int, constraints: [PK, FK]}
  - {name: customer, type: int, constraints: [PK], rule: {type: sequence, start: 1000}}
  foreign_keys: [{parent_table: tenants, ${customers}}]
- name: products
  columns:
  - {name: tenant, type: int, constraints: [PK, FK]}
  - {name: product, type: str, constraints: [PK], rule: {type: sequence, prefix: p}}
  foreign_keys: [{parent_table: tenants, ${products}}]
- name: orders
  ${orders === null ? '' : `rows: ${orders}`}
  columns:
  - {name: tenant, type: int, constraints: [FK]}
  - {name: customer, type: int, constraints: [FK]}
  - {name: product, type: str, constraints: [FK]}
${columns}
  foreign_keys: [${keys}]
`

const pairs = (config: ResolvedConfig, table: string, columns: string[]) => {
  const [a = [], b = []] = columns.map((name) => valuesOf(config, table, name))
  return a.map((value, i) => `${value}/${b[i]}`)
}

function assertNoOrphans(config: ResolvedConfig): void {
  for (const [table, column] of [
    ['customers', 'customer'],
    ['products', 'product'],
  ] as const) {
    const keys = new Set(pairs(config, table, ['tenant', column]))
    for (const pair of pairs(config, 'orders', ['tenant', column]))
      if (!keys.has(pair)) assert.fail(`${pair} is not in ${table}`)
  }
}

test('two keys that share a column refer to rows of the same tenant, whatever the cuts', () => {
  for (const config of [
    shop(),
    shop({ products: 'children: 3' }),
    shop({ products: 'children: {type: choice, value: [1, 4]}' }),
    shop({ keys: `${PRODUCT}, ${CUSTOMER}`, customers: 'children: 2' }),
    shop({ keys: `{parent_table: tenants}, ${PRODUCT}, ${CUSTOMER}`, customers: 'children: 2' }),
    shop({
      keys: `${PRODUCT}, {parent_table: tenants, children: {type: poisson, mean: 60, max: 99}}, ${CUSTOMER}`,
      customers: 'children: {type: range, min: 2, max: 3}',
      orders: null,
    }),
    shop({
      keys: `${PRODUCT}, ${CUSTOMER.replace('}', ', children: {type: range, min: 0, max: 40}}')}`,
      orders: null,
    }),
  ].map((text) => resolveText(text))) {
    fileOfAnyCut(config, 'orders')
    assertNoOrphans(config)
  }
})

test('no key is broken where tenants fill several blocks', () => {
  assertNoOrphans(resolveText(shop({ tenants: 20_000, orders: 100_000 })))
})

test('every product of a tenant is as likely as the others', () => {
  const config = resolveText(
    shop({ tenants: 1, orders: 40_000, customers: 'children: 10', products: 'children: 8' }),
  )
  const counts = new Map<unknown, number>()
  const both = new Map<string, number>()
  for (const pair of pairs(config, 'orders', ['customer', 'product']))
    both.set(pair, (both.get(pair) ?? 0) + 1)
  for (const product of valuesOf(config, 'orders', 'product'))
    counts.set(product, (counts.get(product) ?? 0) + 1)
  const chi2 = (seen: Iterable<number>, cells: number) =>
    [...seen].reduce((sum, n) => sum + (n - 40_000 / cells) ** 2 / (40_000 / cells), 0)
  assert.equal(counts.size, 8)
  assert.ok(chi2(counts.values(), 8) < 24.3, 'chi-square of 7 degrees of freedom at 0.001')
  assert.equal(both.size, 80)
  assert.ok(chi2(both.values(), 80) < 124.8, 'chi-square of 79 degrees of freedom at 0.001')
})

test('a key that another contains follows it, drawn parents included', () => {
  const config = resolveText(`
seed: 2
tables:
- {name: regions, rows: 9, columns: [{name: region, type: int, constraints: [PK]}, {name: label, type: str}]}
- name: stores
  rows: 200
  columns:
  - {name: region, type: int, constraints: [PK, FK]}
  - {name: store, type: int, constraints: [PK]}
  foreign_keys: [{parent_table: regions}]
- name: sales
  rows: 3000
  columns:
  - {name: region, type: int, constraints: [FK]}
  - {name: store, type: int, constraints: [FK]}
  - {name: label, type: str, rule: {type: reference, table: regions, column: label}}
  foreign_keys: [{parent_table: regions}, {parent_table: stores, parent_columns: [region, store], child_columns: [region, store]}]`)
  const stores = new Set(pairs(config, 'stores', ['region', 'store']))
  assert.ok(pairs(config, 'sales', ['region', 'store']).every((pair) => stores.has(pair)))
  const labels = new Set(pairs(config, 'regions', ['region', 'label']))
  assert.ok(pairs(config, 'sales', ['region', 'label']).every((pair) => labels.has(pair)))
  fileOfAnyCut(config, 'sales')
})

test('keys that cannot be made to agree are refused with what to write', () => {
  const problem = (written: Shop) => {
    const [first] = parseConfig(shop(written)).problems
    return `${first?.path} ${first?.message} | ${first?.hint}`
  }
  assert.match(
    problem({ products: 'children: {type: range, min: 0, max: 7}' }),
    /foreign_keys\/1 .*share tenant, and a row of tenants may have no products \| Write children/,
  )
  assert.match(problem({ products: 'children: {type: poisson, mean: 9}' }), /may have no products/)
  assert.match(problem({ products: 'parent_column: tenant' }), /may have no products/)
  const apart = shop({ products: 'children: 3' })
    .replace('  foreign_keys: [{parent_table: tenants, children: 3}]\n', '')
    .replace(/PK, FK\]\}(\s+- \{name: product)/, 'PK]}$1')
  assert.match(
    parseConfig(apart).problems[0]?.message ?? '',
    /their parents do not share a parent by them/,
  )
  assert.match(
    problem({ columns: '  - {name: n, type: int}\n  unique: [[tenant, product, n]]' }),
    /agrees with another foreign key|not the whole of a foreign key/,
  )
})
