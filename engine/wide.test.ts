// Large schemas: a thousand columns, a hundred tables, and a row far out in a table costs what the first one costs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDataset } from './library.ts'
import { fileOf, parseCsv } from './testing/bytes.ts'

const RULES = [
  { type: 'int', rule: 'sequence' },
  { type: 'int', rule: { type: 'range', min: 0, max: 99 } },
  { type: 'str', rule: 'first_name' },
  { type: 'uuid', rule: 'uuid' },
  { type: 'bool', rule: 'boolean' },
  { type: 'decimal', rule: { type: 'range', min: 0, max: 9, decimals: 2 } },
  { type: 'datetime', rule: { type: 'datetime', min: '2025-01-01', max: '2025-12-31' } },
  { type: 'str', rule: { type: 'choice', value: ['a', 'b,', '"c"'] } },
  { type: 'str', rule: 'city', nullable: 0.5 },
  { type: 'float', rule: { type: 'normal', mean: 0, stddev: 1 } },
]

const wide = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `c${i}`, ...RULES[i % RULES.length] }))

test('a table of a thousand columns is written, and each column is what it is alone', async () => {
  const tables = (columns: object[]) => [{ name: 't', rows: 300, columns }]
  const { config } = await openDataset({ seed: 9, tables: tables(wide(1_000)) })
  const rows = parseCsv(fileOf(config, 't'))
  assert.equal(rows.length, 301)
  assert.ok(rows.every((row) => row.length === 1_000))
  for (const at of [0, 499, 998, 999]) {
    const alone = await openDataset({ seed: 9, tables: tables(wide(1_000).slice(at, at + 1)) })
    assert.deepEqual(
      parseCsv(fileOf(alone.config, 't')).map(([value]) => value),
      rows.map((row) => row[at]),
    )
  }
})

test('a hundred tables in a chain of keys have no orphans', async () => {
  const tables = Array.from({ length: 100 }, (_, i) => ({
    name: `t${i}`,
    ...(i === 0 ? { rows: 40 } : {}),
    columns: [
      { name: 'id', type: 'int', constraints: ['PK'], rule: { type: 'sequence', start: 1000 * i } },
      ...(i === 0 ? [] : [{ name: 'parent', type: 'int', constraints: ['FK'] }]),
    ],
    ...(i === 0
      ? {}
      : {
          foreign_keys: [
            { parent_table: `t${i - 1}`, parent_column: 'id', child_column: 'parent', children: 1 },
          ],
        }),
  }))
  const dataset = await openDataset({ seed: 1, tables })
  assert.equal(dataset.tables.length, 100)
  for (const i of [1, 50, 99]) {
    const parents = new Set([...dataset.table(`t${i - 1}`).values()].map(([id]) => id))
    const children = [...dataset.table(`t${i}`).values()]
    assert.equal(children.length, 40)
    assert.ok(children.every(([, parent]) => parents.has(parent as number)))
  }
})

test('a row far out is made without those before it', async () => {
  const rows = 1_000_000_000_000
  const dataset = await openDataset({ seed: 1, rows, tables: [{ name: 't', columns: wide(10) }] })
  const from = rows - 3
  const [last] = [...dataset.table('t').values({ from: rows - 1 })]
  assert.equal(last?.[0], rows)
  assert.deepEqual([...dataset.table('t').values({ from })].at(-1), last)
})
