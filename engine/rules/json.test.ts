import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileOf, parseCsv } from '#engine/testing/bytes.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { problemsOf } from '#engine/testing/problems-of.ts'
import { resolveText } from '#engine/testing/resolve.ts'

const COLUMNS = `
  {name: plain, type: json, rule: {type: object, fields: {
    n: {type: range, min: -5, max: 5}, "a \\"b\\"\\n": {type: choice, value: ['x', 'y "z"', "é\\\\"]}, who: full_name}}},
  {name: deep, type: json, nullable: 0.2, rule: {type: object, fields: [
    {name: price, type: decimal, rule: {type: range, min: 1, max: 9}},
    {name: at, rule: {type: datetime, last: 3 days}},
    {name: ok, type: bool, rule: boolean},
    {name: dice, rule: {type: array, items: {type: range, min: 1, max: 6}, length: {min: 0, max: 4}}},
    {name: grid, rule: {type: array, length: 2, items: {type: array, length: 2, items: {type: normal, mean: 0, stddev: 1}}}},
    {name: where, rule: {type: point, center: [52, 13], radius_km: 5}}]}},
  {name: tags, type: array},
  {name: none, type: json, rule: {type: array, items: uuid, length: 0}},
  {name: empty, type: json, rule: {type: object, fields: {}}}`

const config = (format: string, rows = 300) =>
  resolveText(
    `{output_format: ${format}, tables: [{name: t, rows: ${rows}, columns: [${COLUMNS}]}]}`,
  )

type Row = {
  plain: { n: number; who: string; 'a "b"\n': string }
  deep: {
    price: number
    at: string
    ok: boolean
    dice: number[]
    grid: number[][]
    where: { type: string; coordinates: number[] }
  } | null
  tags: string[]
  none: unknown[]
  empty: object
}

const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)

test('objects and arrays are real JSON in JSON lines', () => {
  const rows = rowsOf(fileOf(config('jsonl'), 't'))
  const words = new Set(rows.map((row) => row.plain['a "b"\n']))
  assert.deepEqual(words, new Set(['x', 'y "z"', 'é\\']))
  const lengths = new Set<number>()
  let nulls = 0
  for (const { plain, deep, tags, none, empty } of rows) {
    assert.ok(Number.isInteger(plain.n) && Math.abs(plain.n) <= 5)
    assert.match(plain.who, /\S \S/)
    assert.deepEqual([none, empty], [[], {}])
    assert.ok(tags.length >= 1 && tags.length <= 5 && tags.every((tag) => /^[a-z]+$/.test(tag)))
    if (deep === null) {
      nulls++
      continue
    }
    lengths.add(deep.dice.length)
    assert.ok(deep.dice.every((face) => Number.isInteger(face) && face >= 1 && face <= 6))
    assert.ok(deep.price >= 1 && deep.price <= 9 && typeof deep.ok === 'boolean')
    assert.ok(Number.isFinite(Date.parse(deep.at)))
    assert.deepEqual(
      deep.grid.map((line) => line.length),
      [2, 2],
    )
    assert.equal(deep.where.type, 'Point')
    assert.ok(Math.abs((deep.where.coordinates[1] ?? 0) - 52) < 0.1)
  }
  assert.deepEqual(lengths, new Set([0, 1, 2, 3, 4]))
  assert.ok(nulls > 30 && nulls < 100)
})

test('in CSV the same JSON stands as quoted text', () => {
  const [header = [], ...lines] = parseCsv(fileOf(config('csv'), 't'))
  const rows = rowsOf(fileOf(config('jsonl'), 't'))
  assert.equal(lines.length, rows.length)
  for (const [i, line] of lines.entries()) {
    const read = line.map((text) => (text === null ? null : (JSON.parse(text) as unknown)))
    assert.deepEqual(Object.fromEntries(header.map((name, k) => [name, read[k]])), rows[i])
  }
})

test('JSON is the same in any cut, and items are drawn apart from each other', () => {
  for (const format of ['csv', 'jsonl']) fileOfAnyCut(config(format, 1200), 't')
  assertRandomAccess(config('jsonl'), 't', 'deep')
  const rule = '{type: array, length: 1000, items: {type: range, min: 1, max: 1000000000000}}'
  const many = resolveText(
    `{output_format: jsonl, tables: [{name: t, rows: 40, columns: [{name: x, type: json, rule: ${rule}}]}]}`,
  )
  const numbers = fileOf(many, 't').match(/\d+/g) ?? []
  assert.equal(numbers.length, 40_000)
  assert.ok(new Set(numbers).size > 39_990)
})

test('what JSON cannot hold is named', () => {
  const problems = (rule: string) =>
    problemsOf(`type: json, rule: ${rule}`).map(({ path, message }) => `${path}: ${message}`)
  assert.deepEqual(problems('{type: object, fields: {a: {type: range, min: 2, max: 1}}}'), [
    '/rule/fields/a/min: min 2 is greater than max 1',
  ])
  assert.deepEqual(
    problems('{type: object, fields: [{name: a, rule: uuid}, {name: a, rule: uuid}]}'),
    ['/rule/fields/1/rule: There are two fields "a"'],
  )
  assert.deepEqual(
    problems('{type: object, fields: {a: {type: expression, value: "nothing + 1"}}}'),
    ['/rule/fields/a/value: Character 1 of the expression, at "nothing + 1": no column nothing'],
  )
  assert.deepEqual(problems('{type: object, fields: {a: {type: email, from: [nothing]}}}'), [
    '/rule/fields/a/from/0: There is no column "nothing"',
  ])
  assert.deepEqual(problems('{type: array, items: {type: sequence}}'), [
    '/rule/items: The rule sequence cannot look out of an array in this release',
  ])
  const deep = '{type: array, items: {type: object, fields: {a: {type: template, value: "{x}"}}}}'
  assert.deepEqual(problems(deep), [
    '/rule/items/fields/a: The rule template cannot look out of an array in this release',
  ])
  assert.deepEqual(problems('{type: array, items: uuid, length: {min: 1, max: 5000}}'), [
    '/rule/length/max: An array has at most 1000 items',
  ])
})

test('fields of objects are made of columns of their row, in any cut and any order of columns', () => {
  const text = `{output_format: jsonl, seed: 3, tables: [{name: t, rows: 500, columns: [
    {name: doc, type: json, rule: {type: object, fields: {
      mail: {type: email, from: [first, last]},
      label: {type: template, value: "{first}/{last}"},
      double: {type: int, rule: {type: expression, value: "price * 2"}},
      inner: {type: object, fields: {shout: {type: expression, value: "upper(first)"}}}}}},
    {name: first, type: str, rule: first_name}, {name: last, type: str, rule: last_name},
    {name: price, type: int, rule: {type: range, min: 1, max: 9}}]}]}`
  const config = resolveText(text)
  for (const row of rowsOf(fileOfAnyCut(config, 't'))) {
    const { doc, first, last, price } = row as unknown as Record<string, string> & {
      doc: { mail: string; label: string; double: number; inner: { shout: string } }
      price: number
    }
    assert.equal(doc.label, `${first}/${last}`)
    assert.equal(doc.double, 2 * price)
    assert.equal(doc.inner.shout, String(first).toUpperCase())
    assert.ok(doc.mail.includes('@'))
  }
})

test('an object that needs itself is refused', () => {
  const rule = '{type: object, fields: {a: {type: template, value: "{x}"}}}'
  assert.match(problemsOf(`type: json, rule: ${rule}`)[0]?.message ?? '', /x -> x/)
})
