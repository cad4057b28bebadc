import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from '#engine/compile.ts'
import { capacityOf } from '#engine/config/capacity.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { LOCALES } from '#engine/data/words.ts'
import { planConfig } from '#engine/plan.ts'
import { fileOf } from '#engine/testing/bytes.ts'
import { fillerOf } from '#engine/words/filler.ts'

const NAMES =
  `prefix gender first_name last_name full_name username email job company department product
  product_category city state postcode country country_code street street_address address timezone color word sentence
  paragraph file_name mime_type phone`.split(/\s+/)

type Column = Record<string, unknown> & { name: string }

function configOf(columns: Column[], rows: number, locale = 'en_US'): ResolvedConfig {
  const typed = columns.map((column) => ({ type: 'str', ...column }))
  const tables = [{ name: 't', rows, columns: typed }]
  const { config, problems } = parseConfig({ seed: 5, locale, tables })
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 1_767_225_600 }).resolved
}

const ALL = NAMES.map((name) => ({ name: `c_${name}`, rule: name }))

type Row = Record<string, Scalar | undefined>

function rowsOf(columns: Column[], rows: number, locale?: string): Row[] {
  const config = configOf(columns, rows, locale)
  const table = compile(config, planConfig(config)).table('t')
  return table
    .values(0, rows)
    .map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] as Scalar])))
}

test('every rule makes text in every locale', () => {
  for (const locale of LOCALES) {
    for (const row of rowsOf(ALL, 40, locale)) {
      for (const [name, value] of Object.entries(row)) {
        assert.ok(typeof value === 'string' && value.trim() !== '', `${locale} ${name}`)
        assert.doesNotMatch(value, /[{}\p{Cc}]|undefined| {2}/u, `${locale} ${name}: ${value}`)
        assert.equal(value, value.normalize('NFC'))
      }
    }
  }
})

test('unique words never repeat, up to what the capacity says, in every locale', () => {
  const filler = ['sentence', 'paragraph']
  for (const locale of LOCALES) {
    const hasSpaces = fillerOf(locale).space !== ''
    for (const name of NAMES) {
      if (name === 'phone' || (!hasSpaces && filler.includes(name))) continue
      const few = configOf([{ name: 'x', rule: name, constraints: ['unique'] }], 1, locale)
      const rule = few.tables[0]?.columns[0]?.rule
      assert.ok(rule)
      const capacity = capacityOf(rule)
      assert.ok(capacity >= 1, `${locale} ${name}`)
      const rows = Math.min(capacity, 150)
      const values = rowsOf([{ name: 'x', rule: name, constraints: ['unique'] }], rows, locale)
      assert.equal(new Set(values.map(({ x }) => x)).size, rows, `${locale} ${name}`)
    }
  }
})

test('a list of which every word is asked for gives each once; one more is refused', () => {
  const column = { name: 'x', rule: 'timezone', constraints: ['unique'] }
  const capacity = capacityOf({ type: 'timezone', locale: 'en' })
  assert.equal(new Set(rowsOf([column], capacity).map(({ x }) => x)).size, capacity)
  assert.throws(() => configOf([column], capacity + 1), { code: 'invalid_config' })
})

test('bytes do not depend on chunks, batches or kind of writer', () => {
  const columns = [
    ...ALL,
    { name: 'first', rule: { type: 'first_name', from: ['c_gender'] } },
    { name: 'whole', rule: { type: 'full_name', from: ['first', 'c_last_name'] } },
    { name: 'town', rule: { type: 'city', from: ['c_postcode'] } },
    { name: 'line', rule: { type: 'address', from: ['c_street', 'c_city', 'c_postcode'] } },
    { name: 'login', rule: { type: 'username', from: ['first', 'c_last_name'] } },
    { name: 'long', rule: { type: 'sentence', words: { min: 15, max: 20 } } },
  ]
  for (const locale of ['en_US', 'ja']) {
    const config = configOf(columns, 900, locale)
    const expected = fileOf(config, 't')
    const size = fc.integer({ min: 1, max: 900 })
    fc.assert(
      fc.property(size, size, (chunk_rows, batchRows) => {
        const options = { batchRows, writer: 'closures', random: 'plain' } as const
        assert.equal(fileOf({ ...config, chunk_rows }, 't', options), expected)
      }),
      { numRuns: 6 },
    )
  }
})

test('words are drawn evenly, and each list to its last word', () => {
  const values = rowsOf([{ name: 'x', rule: 'state' }], 52_000).map(({ x }) => x)
  const counts = new Map<unknown, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  assert.equal(counts.size, 52)
  assert.ok(chi < 98, `chi-square of 51 degrees of freedom: ${chi}`)
})

test('names, prefixes and logins agree with the columns that they are made from', () => {
  const columns = [
    { name: 'sex', rule: { type: 'choice', value: ['F', 'Male', 'x'] } },
    { name: 'title', rule: { type: 'prefix', from: ['sex'] } },
    { name: 'first', rule: { type: 'first_name', from: ['sex'] } },
    { name: 'last', rule: 'last_name', nullable: 0.2 },
    { name: 'whole', rule: { type: 'full_name', from: ['first', 'last'] } },
    { name: 'gender', rule: { type: 'gender', from: ['title'] } },
    { name: 'login', rule: { type: 'username', from: ['first', 'last'] }, constraints: ['unique'] },
  ]
  const rows = rowsOf(columns, 3000)
  for (const { sex, title, first, last, whole, gender, login } of rows) {
    if (sex === 'F') assert.match(String(title), /^(Miss|Mrs\.|Ms\.|Dr\.)$/)
    if (sex === 'Male') assert.match(String(title), /^(Mr\.|Dr\.)$/)
    if (/^M(iss|s|rs)/.test(String(title))) assert.equal(gender, 'female')
    if (title === 'Mr.') assert.equal(gender, 'male')
    assert.equal(whole, last === null ? first : `${first} ${last}`)
    assert.match(String(login), last === null ? /^[a-z]+_\d+$/ : /^[a-z]+_[a-z]+_\d+$/)
  }
  const women = new Set(rows.filter(({ sex }) => sex === 'F').map(({ first }) => first))
  const men = new Set(rows.filter(({ sex }) => sex === 'Male').map(({ first }) => first))
  const both = [...women].filter((name) => men.has(name))
  assert.ok(women.size > 300 && men.size > 300 && both.length < 100, `${both.length} of both`)
})

test('countries agree with their codes in every locale', () => {
  for (const locale of LOCALES) {
    const columns = [
      { name: 'country', rule: 'country' },
      { name: 'code', rule: 'country_code' },
      { name: 'again', rule: { type: 'country', from: ['code'] } },
    ]
    const known = new Map<unknown, unknown>()
    for (const { country, code, again } of rowsOf(columns, 300, locale)) {
      assert.equal(again, country, locale)
      assert.equal(known.get(country) ?? code, code)
      assert.match(String(code), /^[A-Z]{2}$/)
      known.set(country, code)
    }
  }
})
