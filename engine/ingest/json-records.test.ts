// Rows of JSON, and what is within them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunked } from '#engine/testing/uploads.ts'
import { inferFields } from './infer-fields.ts'
import { shownCell } from './masked.ts'
import { readRecords } from './read-records.ts'
import type { ReadOptions } from './records.ts'

const inferred = async (file: string, options: ReadOptions = {}) =>
  inferFields(await readRecords(chunked(file, 5), options))

test('keys of JSON that come late, and objects within rows', async () => {
  const lines = '{"a":1,"b":{"c":[1,2]}}\n{"a":null,"d":"x"}\n{"a":3.5,"d":"y","b":null}\n'
  const found = await inferred(lines)
  assert.deepEqual(
    found.columns.map(({ field, nulls }) => [field.name, nulls]),
    [
      ['a', 1],
      ['b.c', 2],
      ['d', 1],
    ],
  )
  assert.deepEqual(found.first[1], ['[1,2]', null, null])
  assert.equal(found.warnings.length, 1)
  const array = await inferred(`[${lines.trim().replaceAll('\n', ',\n')}]`)
  assert.deepEqual(array.first, found.first)
  const { nested: _, ...old } = found.form
  assert.deepEqual((await inferred(lines, { form: old })).first[1], ['{"c":[1,2]}', null, null])
})

test('what objects within rows say of persons is told as in any column', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    user: {
      name: `Ann B${'abcd'[i % 4]}`,
      mail: `a${i}@example.org`,
      place: { city: ['Bonn', 'Kiel'][i % 2], size: i % 5 },
    },
  }))
  const found = await inferred(rows.map((row) => JSON.stringify(row)).join('\n'))
  assert.deepEqual(
    found.columns.map(({ field: { name, type, semantic } }) => [name, type, semantic]),
    [
      ['user.name', 'category', 'full_name'],
      ['user.mail', 'text', 'email'],
      ['user.place.city', 'category', 'city'],
      ['user.place.size', 'integer', null],
    ],
  )
  assert.doesNotMatch(
    JSON.stringify(found.columns.map((c) => shownCell(c.examples[0] ?? null, c.field))),
    /@ex/,
  )
})

test('names that no column of a config may have are changed, and it is said', async () => {
  const row = JSON.stringify({ 'a\nb': 1, '': 2, 'a b': 3, [`${'k'.repeat(200)}`]: 4 })
  const { columns, warnings } = await inferred(`${row}\n${row}\n`)
  assert.deepEqual(
    columns.map(({ field }) => field.name),
    ['a b', 'column_2', 'a b_2', 'k'.repeat(128)],
  )
  assert.equal(warnings.length, 3)
  assert.deepEqual(
    columns.map(({ examples }) => examples),
    [['1'], ['2'], ['3'], ['4']],
  )
})
