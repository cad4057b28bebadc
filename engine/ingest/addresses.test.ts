import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunked } from '#engine/testing/uploads.ts'
import { inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'
import { meaningOf } from './semantic-checks.ts'

test('streets and addresses are told by their form in several languages', () => {
  for (const [text, expected] of [
    ['7147 Elm Street', 'street'],
    ['12 Main St.', 'street'],
    ['1600 Pennsylvania Ave NW', 'street'],
    ['100 Main St Apt 4', 'street'],
    ['90226 Nyah Spurs, Broomfield, CO 80302', 'address'],
    ['221B Baker Street, London', 'address'],
    ['Hauptstraße 5', 'street'],
    ['Am Ring 3a', 'street'],
    ['12 rue de la Paix, 75002 Paris', 'address'],
    ['Calle Mayor, 5', 'street'],
    ['Via Roma 12', 'street'],
    ['8 Ave & W 31 St', null],
    ['2 Pack Court Shoes', null],
    ['12 Angry Men', null],
    ['Spring 2019', null],
    ['Route 66', null],
    ['4 Way', null],
  ] as const)
    assert.equal(meaningOf(text), expected, text)
})

test('a column of addresses is personal whatever its name, one of ids is one however it is written', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, n) => `${n},${9_000 + n * 3},${100 + n * 7} ${n % 2 ? 'Elm' : 'Oak'} Street,${n % 5}`,
  )
  const text = `index,customerid,place,paid\n${lines.join('\n')}\n`
  const { columns } = await inferFields(await readRecords(chunked(text)))
  assert.deepEqual(
    columns.map(({ field: { type, semantic } }) => [type, semantic]),
    [
      ['id', null],
      ['id', null],
      ['text', 'street'],
      ['integer', null],
    ],
  )
})

test('names within names say what is personal', async () => {
  const odd = (n: number): string => `Zq${'aeiou'.charAt(n % 5)}x`
  const rows = Array.from({ length: 30 }, (_, n) => ({
    user: { full_name: `${odd(n)} ${odd(n + 1)}l`, age: n },
    order: { buyer: { name: `${odd(n)}n ${odd(n + 2)}` } },
  }))
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  const { columns } = await inferFields(await readRecords(chunked(text)))
  assert.deepEqual(
    columns.map(({ field: { name, semantic } }) => [name, semantic]),
    [
      ['user.full_name', 'full_name'],
      ['user.age', 'age'],
      ['order.buyer.name', 'full_name'],
    ],
  )
})
