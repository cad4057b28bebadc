// A small shop with every kind of rule, for tests that look at a dataset as a whole.

import type { OutputFormat, ResolvedConfig } from '#engine/config/types.ts'
import { daysOf } from '#engine/math/calendar.ts'
import { column, configOf, expression, range, SEQUENCE, table } from './configs.ts'

const locale = 'en'
const day = (year: number) => daysOf({ year, month: 1, day: 1 })
const reference = (parent: string, key: string, index = 0) =>
  ({ type: 'reference', table: parent, column: key, foreign_key: index }) as const

const customers = table('customers', 700, [
  column('id', 'int', SEQUENCE, { primary_key: true }),
  column('first', 'str', { type: 'first_name', locale }),
  column('last', 'str', { type: 'last_name', locale: 'fr' }),
  column('name', 'str', { type: 'full_name', locale }),
  column('email', 'str', { type: 'email', locale, from: [] }, { unique: true }),
  column('mail', 'str', { type: 'email', locale, from: ['first', 'last'] }),
  column('phone', 'str', { type: 'phone', locale }),
  column('city', 'str', { type: 'city', locale: 'de' }),
  column('code', 'str', { type: 'sequence', start: 5, step: 5, prefix: 'C-', pad: 6 }),
  column('note', 'str', {
    type: 'template',
    parts: ['hi {', { column: 'first' }, '}, ', { rule: range(1, 9) }, ' "ok"'],
  }),
  column(
    'born',
    'date',
    { type: 'date', min: day(1950), max: day(2005) },
    { nullable: { rate: 0.2 } },
  ),
  column('seen', 'datetime', {
    type: 'datetime',
    min: day(2025) * 86_400,
    max: day(2026) * 86_400,
  }),
  column('score', 'float', {
    ...{ type: 'normal', mean: 50, stddev: 20, min: 0, max: 100, decimals: 3 },
  }),
  column('income', 'decimal', {
    ...{ type: 'lognormal', mean: 10, stddev: 0.5, min: null, max: null, decimals: 2 },
  }),
])

const orders = table(
  'orders',
  null,
  [
    column('id', 'uuid', { type: 'uuid', version: 4 }, { primary_key: true }),
    column('customer', 'int', reference('customers', 'id')),
    column('customer_mail', 'str', reference('customers', 'email')),
    column('status', 'str', {
      ...{ type: 'choice', values: ['new', 'paid, cash', 'sent', 'n/a'], weights: [1, 2, 7, 0] },
    }),
    column('gift', 'bool', { type: 'boolean', probability: 0.25 }),
    column('quantity', 'int', range(1, 10)),
    column('price', 'decimal', range(10, 500, 2)),
    column('total', 'decimal', expression('quantity * price', 2)),
    column(
      'discount',
      'float',
      { type: 'constant', value: 0 },
      {
        conditional_rules: [
          { condition: { column: 'quantity', operator: '>=', value: 5 }, rule: range(5, 20, 1) },
          {
            condition: { column: 'gift', operator: '==', value: true },
            rule: { type: 'constant', value: 1.5 },
          },
        ],
        nullable: { when: "status == 'new'" },
      },
    ),
  ],
  [
    {
      ...{ parent_table: 'customers', parent_columns: ['id'], child_columns: ['customer'] },
      children: { type: 'poisson', mean: 3, max: null },
    },
  ],
)

const items = table(
  'items',
  4000,
  [
    column('order', 'uuid', reference('orders', 'id')),
    column('rank', 'int', range(1, 3)),
    column('reviewer', 'str', reference('customers', 'email', 1), { nullable: { rate: 0.5 } }),
  ],
  [
    { parent_table: 'orders', parent_columns: ['id'], child_columns: ['order'], children: null },
    {
      parent_table: 'customers',
      parent_columns: ['email'],
      child_columns: ['reviewer'],
      children: null,
    },
  ],
)

/** Three tables: customers, orders grouped by customer, items that draw their orders. */
export function shopConfig(
  options: { format?: OutputFormat; chunkRows?: number; seed?: number } = {},
): ResolvedConfig {
  return configOf([customers, orders, items], options)
}
