// A table whose columns no two of which are alike, for what learns from tables.

import type { Field, FieldType } from '#engine/table/table.ts'

const fieldOf = (name: string, type: FieldType, parts: Partial<Field> = {}): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null, ...parts }
}

export const SHOP_ROWS = 6000

/** Ids, personal values, text, laws, spikes, dependencies, a sum and an order. */
export const SHOP = {
  seed: 5,
  tables: [
    {
      name: 'orders',
      rows: SHOP_ROWS,
      constraints: [
        {
          fixed: ['city', 'zone'],
          values: [
            ['Berlin', 'north'],
            ['Hamburg', 'north'],
            ['Munich', 'south'],
            ['Augsburg', 'south'],
            ['Bern', 'abroad'],
          ],
          weights: [5, 4, 3, 2, 1],
        },
      ],
      columns: [
        {
          name: 'order_id',
          type: 'str',
          constraints: ['PK'],
          rule: { type: 'sequence', prefix: 'ORD-', pad: 6 },
        },
        { name: 'mail', type: 'str', rule: 'email' },
        { name: 'token', type: 'str', rule: 'uuid' },
        {
          name: 'plate',
          type: 'str',
          rule: { type: 'regex', value: '[A-Z]{1,2}-[0-9]{3}' },
          nullable: 0.1,
        },
        { name: 'note', type: 'str', rule: 'sentence' },
        { name: 'city', type: 'str' },
        { name: 'zone', type: 'str' },
        {
          name: 'plan',
          type: 'str',
          rule: { type: 'choice', value: { free: 8, team: 2, pro: 1 } },
          nullable: 0.25,
        },
        { name: 'active', type: 'bool', rule: { type: 'boolean', probability: 0.3 } },
        { name: 'net', type: 'decimal(18,2)', rule: { type: 'lognormal', mean: 3, stddev: 0.5 } },
        {
          name: 'tip',
          type: 'decimal(18,2)',
          rule: {
            type: 'mixture',
            parts: [
              { weight: 7, rule: { type: 'constant', value: 0 } },
              { weight: 3, rule: { type: 'exponential', mean: 4 } },
            ],
          },
        },
        {
          name: 'total',
          type: 'decimal(18,2)',
          rule: { type: 'expression', value: 'net + tip', decimals: 2 },
        },
        { name: 'pieces', type: 'int', rule: { type: 'poisson', mean: 6 } },
        {
          name: 'rating',
          type: 'int',
          rule: { type: 'choice', value: [1, 2, 3, 5, 8], weights: [1, 1, 2, 7, 4] },
        },
        {
          name: 'ordered',
          type: 'datetime',
          rule: { type: 'range', min: '2024-01-01', max: '2024-12-31' },
        },
        {
          name: 'shipped',
          type: 'datetime',
          rule: { type: 'expression', value: 'ordered + duration(hours: range(1, 72))' },
        },
        {
          name: 'born',
          type: 'date',
          rule: { type: 'range', min: '1950-01-01', max: '2005-12-31' },
        },
      ],
    },
  ],
}

export const SHOP_FIELDS: Field[] = [
  fieldOf('order_id', 'id'),
  fieldOf('mail', 'text', { semantic: 'email' }),
  fieldOf('token', 'id', { semantic: 'uuid' }),
  fieldOf('plate', 'text'),
  fieldOf('note', 'text'),
  fieldOf('city', 'category'),
  fieldOf('zone', 'category'),
  fieldOf('plan', 'category'),
  fieldOf('active', 'boolean'),
  fieldOf('net', 'decimal', { decimals: 2 }),
  fieldOf('tip', 'decimal', { decimals: 2 }),
  fieldOf('total', 'decimal', { decimals: 2 }),
  fieldOf('pieces', 'integer'),
  fieldOf('rating', 'integer'),
  fieldOf('ordered', 'datetime'),
  fieldOf('shipped', 'datetime'),
  fieldOf('born', 'date'),
]
