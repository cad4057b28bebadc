// Files as other programs and other countries write them.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { datetimeText } from '#engine/math/calendar.ts'
import { chunked } from '#engine/testing/uploads.ts'
import { createDateReader } from './date-reader.ts'
import { type Inferred, inferFields } from './infer-fields.ts'
import { isHidden, shownCell } from './masked.ts'
import { readRecords } from './read-records.ts'
import { readTable } from './read-table.ts'
import type { ReadOptions } from './records.ts'

async function inferred(file: string | Uint8Array, options: ReadOptions = {}): Promise<Inferred> {
  return inferFields(await readRecords(chunked(file, 5), options))
}

async function numbersOf(file: string | Uint8Array): Promise<number[][]> {
  const { columns, form } = await inferred(file)
  const table = await readTable(
    chunked(file, 11),
    columns.map(({ field }) => field),
    { form },
  )
  return table.columns.map((column) => (column.kind === 'number' ? [...column.values] : []))
}

const types = ({ columns }: Inferred) => columns.map(({ field }) => field.type)
const kinds = ({ columns }: Inferred) => columns.map(({ field }) => field.semantic)

test('dialects', async () => {
  const cases: [string, object][] = [
    ['a;b\r\n1,5;x\r\n2,25;y\r\n', { delimiter: ';', quote: '"', header: true }],
    ['a\tb\n1\tx y\n2\tz, w\n', { delimiter: '\t' }],
    ['a|b|c\n1|2|3\n4|5|6\n', { delimiter: '|' }],
    ["a,b\n'x, y',1\n'z',2\n", { delimiter: ',', quote: "'" }],
    ['a,b\n"x \\"q\\" y",1\n"z",2\n', { escape: '\\', quotedEmpty: 'null' }],
    ['1,2\n3,4\n', { header: false }],
    ['2024-01-01,x\n2024-01-02,y\n', { header: false }],
    ['a, b, c\n1, 2, 3\n4, 5, 6\n', { trim: true }],
    ['only\nx\ny\n', { delimiter: ',', header: true }],
    ['name,city\nAnn,Bonn\nBob,Köln\n', { header: true }],
    ['"a","b"\n"1",""\n', { quotedEmpty: 'null' }],
    ['a,b\nx,""\ny,\n', { quotedEmpty: 'text' }],
  ]
  for (const [file, dialect] of cases) {
    const { form } = await inferred(file)
    assert.partialDeepStrictEqual(form.csv, dialect, file)
  }
  const given = await inferred('a;b\n1;2\n', { form: { csv: { delimiter: ',', header: false } } })
  assert.deepEqual([given.rows, given.columns.length], [2, 1])
})

test('encodings', async () => {
  const text = 'Stadt;Größe\nKöln;1\nDüren;2\n'
  const utf16 = (bigEndian: boolean) => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
    return bigEndian ? bytes.swap16() : bytes
  }
  const cases: [Uint8Array, string][] = [
    [Buffer.from(text), 'utf-8'],
    [Buffer.from(`\ufeff${text}`), 'utf-8'],
    [Buffer.from(text, 'latin1'), 'windows-1252'],
    [utf16(false), 'utf-16le'],
    [utf16(true), 'utf-16be'],
    [Buffer.from(text, 'utf16le'), 'utf-16le'],
  ]
  for (const [file, encoding] of cases) {
    const found = await inferred(file)
    assert.equal(found.form.encoding, encoding)
    assert.deepEqual(
      found.columns.map(({ field }) => field.name),
      ['Stadt', 'Größe'],
    )
    assert.deepEqual(found.first[0], ['Köln', 'Düren'])
  }
})

test('numbers', async () => {
  assert.deepEqual(await numbersOf('a;b;c\n1.234,50;1,5;-3\n12,00;0,25;4\n'), [
    [1234.5, 12],
    [1.5, 0.25],
    [-3, 4],
  ])
  assert.deepEqual(await numbersOf('a,b\n"1,234.50",1e3\n"12.00",2.5E-2\n'), [
    [1234.5, 12],
    [1000, 0.025],
  ])
  const found = await inferred('a,b,c\n1.0,1.50,3\n2.0,2.25,\n')
  assert.deepEqual(
    found.columns.map(({ field }) => [field.type, field.decimals]),
    [
      ['integer', 0],
      ['decimal', 2],
      ['integer', 0],
    ],
  )
})

test('dates, datetimes and times with their layouts', async () => {
  const cases: [string[], string, string | null][] = [
    [['2024-01-31', '1999-12-01'], 'date', null],
    [['31.12.2024', '01.02.2023'], 'date', 'dd.MM.yyyy'],
    [['31/12/2024', '01/02/2023'], 'date', 'dd/MM/yyyy'],
    [['12/31/2024', '01/02/2023'], 'date', 'MM/dd/yyyy'],
    [['1/2/2024', '12/31/2024'], 'date', 'M/d/yyyy'],
    [['5 Mar 2024', '17 Dec 2020'], 'date', 'd MMM yyyy'],
    [['March 5, 2024', 'July 17, 2020'], 'date', 'MMMM d, yyyy'],
    [['Mar 05, 2024', 'Jul 17, 2020'], 'date', 'MMM dd, yyyy'],
    [['Jun 12 1998', 'Aug 07 1998'], 'date', 'MMM dd yyyy'],
    [['Jun 12 1998', 'Aug 7 1998'], 'date', 'MMM d yyyy'],
    [['2024-01-31T10:00:00Z', '2024-01-31T10:00:00+02:00'], 'datetime', null],
    [['2024-01-31 10:00:00', '2020-02-29 23:59:59'], 'datetime', 'yyyy-MM-dd HH:mm:ss'],
    [['31.12.2024 08:30', '01.02.2023 17:00'], 'datetime', 'dd.MM.yyyy HH:mm'],
    [['12/31/2024 08:30 AM', '01/02/2023 05:00 PM'], 'datetime', 'MM/dd/yyyy hh:mm a'],
    [['08:30:00', '23:59:59'], 'time', null],
    [['8:30', '23:59'], 'time', 'H:mm'],
  ]
  for (const [values, type, layout] of cases) {
    const file = `n,v\n${values.map((value, i) => `${i},"${value}"`).join('\n')}\n`
    const { field } = (await inferred(file)).columns[1]!
    assert.deepEqual([field.type, field.layout], [type, layout], values[0])
  }
  const unclear = await inferred('n,v\n1,01/02/2024\n2,03/04/2024\n')
  assert.match(unclear.warnings.join(), /day and month cannot be told apart/)
  const impossible = await inferred('n,v\n1,2024-02-30\n2,2024-01-01\n')
  assert.notEqual(impossible.columns[1]?.field.type, 'date')
})

test('moments are read to their second, their offset and their fraction', () => {
  const iso = createDateReader('datetime', null)
  assert.equal(datetimeText(iso.read('2024-01-31T10:00:00+02:00')), '2024-01-31T08:00:00Z')
  assert.equal(iso.read('1970-01-01T00:00:01.25Z'), 1.25)
  assert.equal(iso.decimals(), 2)
  assert.equal(createDateReader('time', 'h:mm a').read('12:05 AM'), 300)
  assert.equal(createDateReader('date', '%d/%m/%y').read('02/01/70'), 1)
  assert.ok(Number.isNaN(createDateReader('date', null).read('2023-02-29')))
})

test('an offset that all moments have is the zone of the column, written as they are', async () => {
  const cases: [string[], layout: string | null, zone: string | null][] = [
    [['2024-01-31T10:00:00+02:00', '2024-02-01T23:30:00+02:00'], null, '+02:00'],
    [['2024-01-31T10:00:00-0530', '2024-02-01T23:30:00-0530'], "yyyy-MM-dd'T'HH:mm:ssxx", '-05:30'],
    [['31.01.2024 10:00 +01:00', '01.02.2024 23:30 +01:00'], 'dd.MM.yyyy HH:mm XXX', '+01:00'],
    [['2024-01-31T10:00:00+01:00', '2024-07-31T10:00:00+02:00'], null, null],
    [['2024-01-31T10:00:00Z', '2024-07-31T10:00:00+02:00'], null, null],
    [['2024-01-31T10:00:00+00:00', '2024-07-31T10:00:00Z'], null, null],
    [['2024-01-31T10:00:00', '2024-07-31T10:00:00+02:00'], null, null],
  ]
  for (const [values, layout, zone] of cases) {
    const file = `n,v\n${values.map((value, i) => `${i},"${value}"`).join('\n')}\n`
    const { field } = (await inferred(file)).columns[1]!
    assert.deepEqual([field.type, field.layout, field.zone], ['datetime', layout, zone], values[0])
  }
})

test('booleans, categories and words for null', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [
    i % 2 ? 'TRUE' : 'FALSE',
    i % 3 ? 'yes' : '?',
    i % 2,
    i % 2,
    ['US', 'DE', 'NA', 'FR', 'ZA', 'NG'][i % 6],
    i % 4 ? 'None' : 'Discount',
    i % 5 ? i : '?',
  ])
  const found = await inferred(
    `a,b,is_open,digit,land,offer,amount\n${rows.map((row) => row.join(',')).join('\n')}\n`,
  )
  assert.deepEqual(types(found), [
    'boolean',
    'category',
    'category',
    'integer',
    'category',
    'category',
    'integer',
  ])
  assert.deepEqual(
    found.columns.map(({ nulls }) => nulls),
    [0, 0, 0, 0, 0, 0, 12],
  )
})

test('meanings by name and by value', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [
    `user${i}@example.org`,
    `+49 30 1234${100 + i}`,
    'DE89 3704 0044 0532 0130 00',
    '4111 1111 1111 1111',
    `10.0.0.${i}`,
    `https://example.org/${i}`,
    ['Ann Lee', 'Bob Ray', 'Cy Fox', 'Di Orr'][i % 4],
    String(10_000 + i * 7),
    20 + (i % 50),
    `12${i % 10}-45-67${10 + (i % 80)}`,
    `P-${i}`,
  ])
  const found = await inferred(
    `contact,v1,v2,v3,v4,v5,Customer Name,zipCode,Age,ssn,part\n${rows.map((row) => row.join(',')).join('\n')}\n`,
  )
  assert.deepEqual(kinds(found), [
    'email',
    'phone',
    'iban',
    'card_number',
    'ip',
    'url',
    'full_name',
    'postcode',
    'age',
    'national_id',
    null,
  ])
  assert.equal(found.columns[7]?.field.type === 'integer', false)
  assert.ok(
    found.columns.every(({ confidence }, c) => (c === 10 ? confidence === 0 : confidence > 0.5)),
  )
  for (const [c, { field }] of found.columns.entries()) {
    const cell = found.first[c]?.[1] ?? null
    assert.equal(shownCell(cell, field) !== cell, isHidden(field), field.name)
  }
})

test('free text with an address in it is shown as a shape', async () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `${i},"please write to me${i}@example.org, order number ${i} is late"`,
  )
  const { columns, first } = await inferred(`n,note\n${rows.join('\n')}\n`)
  assert.equal(columns[1]?.field.type, 'text')
  assert.doesNotMatch(String(shownCell(first[1]?.[0] ?? null, columns[1]!.field)), /example/)
})

test('a long file is sampled evenly, and the same by the same seed', async () => {
  const file = `n\n${Array.from({ length: 20_000 }, (_, i) => i).join('\n')}\n`
  const { columns, form } = await inferred(file)
  const sample = async (seed: number) => {
    const table = await readTable(
      chunked(file, 4096),
      columns.map(({ field }) => field),
      { form, maxRows: 500, seed },
    )
    const [column] = table.columns
    return column?.kind === 'number' ? [...column.values] : []
  }
  const [one, again, other] = [await sample(1), await sample(1), await sample(2)]
  assert.equal(one.length, 500)
  assert.deepEqual(one, again)
  assert.notDeepEqual(one, other)
  assert.deepEqual(
    one,
    one.toSorted((a, b) => a - b),
  )
  const mean = one.reduce((sum, value) => sum + value, 0) / 500
  assert.ok(Math.abs(mean - 10_000) < 1000, String(mean))
})

test('the census excerpt is typed as it is', async () => {
  const file = await readFile(new URL('../../examples/learn-adult/adult.csv', import.meta.url))
  const found = await inferFields(await readRecords(chunked(file, 65_536)))
  assert.equal(found.rows, 3000)
  const whole = new Set([
    'age',
    'fnlwgt',
    'education-num',
    'capital-gain',
    'capital-loss',
    'hours-per-week',
  ])
  for (const { field } of found.columns)
    assert.equal(field.type, whole.has(field.name) ? 'integer' : 'category', field.name)
  // Its '?' is a level like the others, and is written again.
  assert.ok(found.columns.every(({ nulls }) => nulls === 0))
})
