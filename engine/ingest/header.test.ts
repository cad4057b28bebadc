import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunked } from '#engine/testing/uploads.ts'
import { hasHeader } from './header.ts'
import { inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'

const rowsOf = (text: string): string[][] => text.split('\n').map((line) => line.split('|'))

test('names of columns are told from a first row of values', () => {
  for (const [rows, expected] of [
    ['name|mail\nAnn|ann@example.com\nBob|bob@example.com', true],
    ['ann@example.com|Ann\nbob@example.com|Bob\ncid@example.com|Cid', false],
    ['CUS-2263360|gold\nCUS-1134221|gold\nCUS-9912345|silver', false],
    ['x7f41|red\na9b02|blue', true],
    ['customer_1|customer_2\na|b\nc|d', true],
    ['q01|q02\nyes|no\nno|yes', true],
    ['Mary Smith|Bern\nJames Johnson|Basel\nLinda Brown|Genf', false],
    ['Mary Smith|James Johnson\n3|4\n5|6', true],
    ['full name|home town\nMary Smith|Bern\nJames Johnson|Basel', true],
    ['https://a.example/1|x\nhttps://b.example/2|y\nhttps://c.example/3|z', false],
    ['2024-01-01|x\n2024-01-02|y', false],
    ['city|country\nBern|CH\nParis|FR', true],
  ] as const)
    assert.equal(hasHeader(rowsOf(rows)), expected, rows)
})

test('addresses and people of a first row without names are no names of columns', async () => {
  const lines = Array.from(
    { length: 30 },
    (_, n) => `u${n}x@mail.example,CUS-${7_000_000 + n * 37},${n % 2 ? 'gold' : 'silver'}`,
  )
  const { columns } = await inferFields(await readRecords(chunked(`${lines.join('\n')}\n`)))
  assert.deepEqual(
    columns.map(({ field: { name, type, semantic } }) => [name, type, semantic]),
    [
      ['column_1', 'text', 'email'],
      ['column_2', 'id', null],
      ['column_3', 'category', null],
    ],
  )
})
