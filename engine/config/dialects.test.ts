import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './parse.ts'
import { resolveConfig } from './resolve.ts'
import type { ResolvedConfig } from './types.ts'

const NOW = 1_760_000_000

function resolve(source: string | object): { resolved: ResolvedConfig; warnings: string[] } {
  const { config, problems, warnings } = parseConfig(source)
  assert.deepEqual(problems, [])
  const result = resolveConfig(config, { now: NOW, seed: 1 })
  return { resolved: result.resolved, warnings: [...warnings, ...result.warnings] }
}

test('table_name, keys over a range, an email with a pattern', () => {
  const { resolved, warnings } = resolve(`
tables:
  - table_name: customers
    columns:
      - name: customer_id
        type: int
        constraints: [PK]
        rule:
          type: range
          min: 1
          max: 10000
      - name: first_name
        type: str
        rule: first_name
      - name: email
        type: str
        rule:
          type: email
          regex: "^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\\\.[a-zA-Z]{2,}$"
        sensitivity: PII
locale: en_US
rows: 10000
output_format: csv
`)
  assert.equal(resolved.tables[0]?.name, 'customers')
  assert.equal(resolved.tables[0]?.rows, 10_000)
  assert.equal(resolved.tables[0]?.columns[2]?.sensitivity, 'PII')
  assert.deepEqual(resolved.tables[0]?.columns[2]?.rule, {
    ...{ type: 'email', locale: 'en_US', from: [] },
  })
  assert.deepEqual(warnings, [])
})

test('a parent whose key allows fewer rows than the default is capped, with a warning', () => {
  const { resolved, warnings } = resolve(`
rows: 25000
tables:
  - table_name: departments
    columns:
      - {name: dept_id, type: int, constraints: [PK], rule: {type: range, min: 1, max: 10}}
      - {name: dept_name, type: str, rule: {type: choice, value: ["Engineering", "Sales", "HR"]}}
  - table_name: employees
    columns:
      - {name: emp_id, type: int, constraints: [PK], rule: {type: range, min: 1, max: 99999}}
      - {name: dept_id, type: int, constraints: [FK]}
      - name: salary
        type: float
        conditional_rules:
          - condition: {column: dept_id, operator: "==", value: 1}
            rule: {type: range, min: 80000, max: 150000}
    foreign_keys:
      - {parent_table: departments, parent_column: dept_id, child_column: dept_id}
`)
  assert.deepEqual(
    resolved.tables.map(({ rows }) => rows),
    [10, 25_000],
  )
  assert.deepEqual(warnings, [
    'departments has 10 rows, not 25000: dept_id has no more different values',
  ])
  const [, dept, salary] = resolved.tables[1]?.columns ?? []
  assert.deepEqual(dept?.rule, {
    type: 'reference',
    table: 'departments',
    column: 'dept_id',
    foreign_key: 0,
  })
  assert.equal(salary?.rule, null)
})

test('fields is one table, with types that name words and bounds as constraints', () => {
  const { resolved } = resolve({
    fields: [
      { name: 'customer_id', type: 'uuid', description: 'Unique customer identifier' },
      { name: 'full_name', type: 'string', description: 'Customer full name' },
      { name: 'mail', type: 'email', constraints: { unique: true } },
      { name: 'age', type: 'integer', constraints: { min_value: 18, max_value: 80 } },
      { name: 'balance', type: 'number', constraints: { min_value: 0 } },
      { name: 'status', type: 'string', constraints: { enum: ['active', 'inactive'] } },
      {
        name: 'joined',
        type: 'date',
        constraints: { min_value: '2024-01-01', max_value: '2024-01-31' },
      },
      { name: 'ok', type: 'boolean' },
    ],
  })
  const rules = resolved.tables[0]?.columns.map(({ rule }) => rule)
  assert.deepEqual(
    rules?.map((rule) => rule?.type),
    ['uuid', 'full_name', 'email', 'range', 'range', 'choice', 'date', 'boolean'],
  )
  assert.deepEqual(rules?.[3], { type: 'range', min: 18, max: 80, step: null, decimals: 0 })
  assert.deepEqual(rules?.[6], { type: 'date', min: 19_723, max: 19_753 })
  assert.equal(resolved.tables[0]?.columns[2]?.unique, true)
})

test('other names of parameters and constraints are understood', () => {
  const { resolved } = resolve(`
tables:
  - name: t
    locale: de-AT
    columns:
      - {name: a, type: bigint, constraints: [primary_key, not null]}
      - {name: b, type: varchar(20), rule: {type: choice, values: [x, y]}}
      - {name: c, type: double, rule: {type: gaussian, mu: 1, sigma: 2}}
      - {name: d, type: timestamp, rule: {type: range, min: "2025-01-01", max: "2025-01-02"}}
      - {name: e, type: "numeric(10, 3)", rule: {type: range, min: 0, max: 1}}
      - {name: f, type: str, rule: name}
`)
  const [a, b, c, d, e, f] = resolved.tables[0]?.columns ?? []
  assert.deepEqual([a?.type, a?.unique, a?.primary_key], ['int', true, true])
  assert.deepEqual(b?.rule, { type: 'choice', values: ['x', 'y'], weights: null })
  assert.deepEqual(c?.rule?.type, 'normal')
  assert.deepEqual(d?.rule, { type: 'datetime', min: 1_735_689_600, max: 1_735_862_399 })
  assert.deepEqual(
    [e?.scale, e?.rule],
    [3, { type: 'range', min: 0, max: 1, step: null, decimals: 3 }],
  )
  assert.deepEqual(f?.rule, { type: 'full_name', locale: 'de_AT' })
})
