import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'

const NOW = 1_767_225_600

const shop = (columns: string, orders = ''): string => `
seed: 3
tables:
  - name: customers
    rows: 40
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: since, type: date, rule: {type: date, min: "2020-01-01", max: "2024-12-31"}}
      - {name: segment, type: str, rule: {type: choice, value: [retail, trade]}}
      - {name: referrer, type: str, rule: first_name, nullable: 0.5}
      - {name: token, type: uuid}
  - name: stores
    rows: 5
    columns:
      - {name: code, type: str, constraints: [PK]}
      - {name: tax, type: decimal, rule: {type: range, min: 0, max: 20, decimals: 1}}
  - name: orders
    rows: 3000
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: customer_id, type: int, constraints: [FK]}
      - {name: gift_to, type: int, constraints: [FK], nullable: 0.5}
      - {name: store, type: str, constraints: [FK]}
${columns}
    foreign_keys:
      - {parent_table: customers, child_column: customer_id}
      - {parent_table: customers, child_column: gift_to}
      - {parent_table: stores, child_column: store}
${orders}`

function resolved(text: string): ResolvedConfig {
  const { config, problems } = parseConfig(text)
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: NOW }).resolved
}

const formula = (name: string, type: string, value: string, more = ''): string =>
  `      - {name: ${name}, type: ${type}, rule: {type: expression, value: "${value}"}${more}}\n`

test('columns of the parent row, through the key that is named', () => {
  const config = resolved(
    shop(
      formula('placed', 'date', 'customer_id.since + duration(days: 3)') +
        formula('who', 'str', "concat(gift_to.segment, '/', upper(gift_to.referrer))") +
        formula('net', 'decimal', 'stores.tax * 2') +
        formula('key', 'uuid', 'customer_id.token'),
    ),
  )
  const of = (table: string, name: string) => valuesOf(config, table, name)
  const [ids, since, segments, referrers, tokens] = [
    'id',
    'since',
    'segment',
    'referrer',
    'token',
  ].map((name) => of('customers', name)) as Scalar[][]
  const [buyers, placed, gifts, who, keys] = ['customer_id', 'placed', 'gift_to', 'who', 'key'].map(
    (name) => of('orders', name),
  ) as Scalar[][]
  const tax = new Map(of('stores', 'code').map((code, i) => [code, of('stores', 'tax')[i]]))
  const codes = of('orders', 'store')
  const net = of('orders', 'net')
  for (let i = 0; i < 3000; i++) {
    const buyer = ids?.indexOf(buyers?.[i] as Scalar) ?? -1
    const later = Date.parse(`${since?.[buyer]}T00:00:00Z`) + 3 * 86_400_000
    assert.equal(placed?.[i], new Date(later).toISOString().slice(0, 10))
    assert.equal(keys?.[i], tokens?.[buyer])
    const gift = gifts?.[i]
    const at = ids?.indexOf(gift as Scalar) ?? -1
    const expected =
      gift === null ? '/' : `${segments?.[at]}/${String(referrers?.[at] ?? '').toUpperCase()}`
    assert.equal(who?.[i], expected)
    assert.equal(net[i], Math.round((tax.get(codes[i] as Scalar) as number) * 20) / 10)
  }
})

test('without a parent its columns are null, but the key itself may look at its parent', () => {
  const config = resolved(
    shop(formula('segment', 'str', 'gift_to.segment')).replace(
      'nullable: 0.5}\n      - {name: store',
      'nullable: {when: "gift_to.segment == \'trade\'"}}\n      - {name: store',
    ),
  )
  const segments = valuesOf(config, 'orders', 'segment')
  const keys = valuesOf(config, 'orders', 'gift_to')
  assert.deepEqual(new Set(segments), new Set(['retail', null]))
  assert.deepEqual(
    segments.map((segment) => segment === null),
    keys.map((key) => key === null),
  )
})

test('values do not depend on chunks and batches', () => {
  const config = resolved(shop(formula('who', 'str', 'concat(gift_to.referrer, stores.tax)')))
  const whole = fileOf(config, 'orders')
  assert.equal(fileOf({ ...config, chunk_rows: 77 }, 'orders', { batchRows: 33 }), whole)
})

test('a name that fits no foreign key or several is a problem that says what to write', () => {
  const problemOf = (value: string) => {
    const [problem] = parseConfig(shop(formula('x', 'str', value))).problems
    return `${problem?.line}:${problem?.column} ${problem?.message} ${problem?.hint}`
  }
  assert.match(
    problemOf('parent.segment'),
    /^\d+:\d+ .*3 foreign keys Write customers\.segment or stores\.segment/,
  )
  assert.match(problemOf('customers.segment'), /Write customer_id\.segment or gift_to\.segment/)
  assert.match(problemOf('store.tx'), /stores has no column tx .*Did you mean tax/)
  assert.match(problemOf('customrs.tax'), /Did you mean customers/)
})

test('the place in the text is that of the fault in the expression', () => {
  const text = shop(formula('x', 'str', 'concat(gift_to.segment, stores.tx)'))
  const [problem] = parseConfig(text).problems
  const line = text.split('\n')[(problem?.line ?? 0) - 1] ?? ''
  assert.equal(line.slice((problem?.column ?? 0) - 1).startsWith('stores.tx'), true, line)
  const block = text
    .replace('"concat(', '|\n          concat(')
    .replace('stores.tx)"}}', 'stores.tx)')
  assert.ok((parseConfig(block).problems[0]?.line ?? 0) > 0)
})
