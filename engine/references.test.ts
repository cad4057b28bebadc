import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Children, ResolvedConfig } from './config/types.ts'
import { planConfig } from './plan.ts'
import { valuesOf } from './testing/bytes.ts'
import { column, configOf, range, SEQUENCE, table } from './testing/configs.ts'
import { shopConfig } from './testing/shop.ts'

const reference = (parent: string, key: string, index = 0) =>
  ({ type: 'reference', table: parent, column: key, foreign_key: index }) as const

function family(parents: number, children: Children | null, rows: number | null): ResolvedConfig {
  return configOf([
    table(
      'child',
      rows,
      [column('parent_id', 'int', reference('parent', 'id'))],
      [{ parent_table: 'parent', parent_columns: ['id'], child_columns: ['parent_id'], children }],
    ),
    table('parent', parents, [column('id', 'int', SEQUENCE, { primary_key: true })]),
  ])
}

function childCounts(config: ResolvedConfig, parents: number): number[] {
  const counts = new Array<number>(parents).fill(0)
  let last = 0
  for (const id of valuesOf(config, 'child', 'parent_id') as number[]) {
    assert.ok(id >= last, 'children of a parent stay together')
    counts[id - 1] = (counts[id - 1] ?? 0) + 1
    last = id
  }
  return counts
}

test('every foreign key points at a row of its parent', () => {
  const config = shopConfig()
  const emails = new Set(valuesOf(config, 'customers', 'email'))
  const orders = new Set(valuesOf(config, 'orders', 'id'))
  assert.equal(emails.size, 700)
  const reviewers = valuesOf(config, 'items', 'reviewer').filter((value) => value !== null)
  assert.ok(reviewers.length > 1500 && reviewers.length < 2500)
  assert.ok(reviewers.every((email) => emails.has(email)))
  assert.ok(valuesOf(config, 'items', 'order').every((id) => orders.has(id)))
  const byId = valuesOf(config, 'customers', 'email')
  const mails = valuesOf(config, 'orders', 'customer_mail')
  const customers = valuesOf(config, 'orders', 'customer') as number[]
  for (const [row, id] of customers.entries()) assert.equal(mails[row], byId[id - 1])
})

test('children follow their law', () => {
  const parents = 20_000
  assert.deepEqual(
    new Set(childCounts(family(50, { type: 'fixed', value: 4 }, null), 50)),
    new Set([4]),
  )
  const ranged = childCounts(family(parents, { type: 'range', min: 0, max: 5 }, null), parents)
  for (let k = 0; k <= 5; k++) {
    const share = ranged.filter((count) => count === k).length / parents
    assert.ok(Math.abs(share - 1 / 6) < 0.012, `${k}: ${share}`)
  }
  const poisson = childCounts(
    family(parents, { type: 'poisson', mean: 2.5, max: null }, null),
    parents,
  )
  const mean = poisson.reduce((sum, count) => sum + count, 0) / parents
  const none = poisson.filter((count) => count === 0).length / parents
  assert.ok(Math.abs(mean - 2.5) < 0.05)
  assert.ok(Math.abs(none - Math.exp(-2.5)) < 0.01)
  const capped = childCounts(family(parents, { type: 'poisson', mean: 2.5, max: 3 }, null), parents)
  assert.equal(Math.max(...capped), 3)
})

test('the plan counts children in blocks of parents, parents first', () => {
  const plan = planConfig(family(10_000, { type: 'poisson', mean: 1, max: null }, null))
  assert.deepEqual(
    plan.tables.map(({ name }) => name),
    ['parent', 'child'],
  )
  const child = plan.tables[1]
  assert.equal(child?.children?.prefix.length, 4)
  assert.equal(child?.children?.prefix.at(-1), child?.rows)
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
})

test('drawn parents are uniform; a unique foreign key takes each parent once', () => {
  const drawn = valuesOf(family(10, null, 20_000), 'child', 'parent_id')
  for (let id = 1; id <= 10; id++) {
    const share = drawn.filter((value) => value === id).length / 20_000
    assert.ok(Math.abs(share - 0.1) < 0.01)
  }
  const config = family(500, null, 500)
  const [child] = config.tables
  if (child?.columns[0]) child.columns[0].unique = true
  assert.equal(new Set(valuesOf(config, 'child', 'parent_id')).size, 500)
  if (child) child.rows = 501
  assert.throws(() => valuesOf(config, 'child', 'parent_id'), { code: 'invalid_config' })
})

test('the columns of a composite key come from one parent', () => {
  const keys = [
    column('a', 'int', range(1, 1000), { primary_key: true }),
    column('b', 'str', { type: 'first_name', locale: 'en' }, { primary_key: true }),
  ]
  const children = [
    column('x', 'str', reference('parent', 'b')),
    column('y', 'int', reference('parent', 'a')),
  ]
  const foreignKey = {
    ...{
      parent_table: 'parent',
      parent_columns: ['a', 'b'],
      child_columns: ['y', 'x'],
      children: null,
    },
  }
  const config = configOf([
    table('parent', 300, keys),
    table('child', 1000, children, [foreignKey]),
  ])
  const pair = (...values: unknown[]) => JSON.stringify(values)
  const b = valuesOf(config, 'parent', 'b')
  const pairs = new Set(valuesOf(config, 'parent', 'a').map((a, i) => pair(a, b[i])))
  const x = valuesOf(config, 'child', 'x')
  assert.ok(valuesOf(config, 'child', 'y').every((y, i) => pairs.has(pair(y, x[i]))))
})

test('keys of unique ranges and emails are found at any row of the parent', () => {
  const config = configOf([
    table('parent', 5000, [
      column('id', 'int', range(1, 1_000_000), { primary_key: true }),
      column('mail', 'str', { type: 'email', locale: 'en', from: [] }, { unique: true }),
    ]),
    table(
      'child',
      3000,
      [
        column('p', 'int', reference('parent', 'id')),
        column('m', 'str', reference('parent', 'mail')),
      ],
      [{ parent_table: 'parent', parent_columns: ['id'], child_columns: ['p'], children: null }],
    ),
  ])
  const ids = valuesOf(config, 'parent', 'id')
  const mails = valuesOf(config, 'parent', 'mail')
  assert.equal(new Set(ids).size, 5000)
  const rowOf = new Map(ids.map((id, row) => [id, row]))
  const found = valuesOf(config, 'child', 'm')
  for (const [i, id] of valuesOf(config, 'child', 'p').entries()) {
    assert.equal(found[i], mails[rowOf.get(id) ?? -1])
  }
})

test('circles of foreign keys and missing parents are refused', () => {
  const config = family(1, null, 1)
  const [, parent] = config.tables
  parent?.foreign_keys.push({
    ...{
      parent_table: 'child',
      parent_columns: ['parent_id'],
      child_columns: ['id'],
      children: null,
    },
  })
  assert.throws(() => planConfig(config), { code: 'invalid_config' })
  assert.throws(() => valuesOf(family(0, null, 5), 'child', 'parent_id'), {
    code: 'invalid_config',
  })
  assert.deepEqual(valuesOf(family(0, { type: 'fixed', value: 3 }, null), 'child', 'parent_id'), [])
})
