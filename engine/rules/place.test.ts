import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { Scalar } from '#engine/config/types.ts'
import { LOCALES } from '#engine/data/words.ts'
import { planConfig } from '#engine/plan.ts'
import { decodeTexts, layoutCapacity } from '#engine/words/layout.ts'
import { placesOf } from '#engine/words/places.ts'

type Column = { name: string; rule: unknown; nullable?: number }

function rowsOf(columns: Column[], rows: number, locale: string): Record<string, Scalar>[] {
  const typed = columns.map((column) => ({ type: 'str', ...column }))
  const { config, problems } = parseConfig({
    ...{ seed: 8, locale },
    tables: [{ name: 't', rows, columns: typed }],
  })
  assert.deepEqual(problems, [])
  const { resolved } = resolveConfig(config, { now: 1_767_225_600 })
  const table = compile(resolved, planConfig(resolved)).table('t')
  const names = columns.map(({ name }) => name)
  return table
    .values(0, rows)
    .map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] as Scalar])))
}

/** Each value of `a` stands beside one value of `b` alone. */
function assertFunction(rows: Record<string, Scalar>[], a: string, b: string, where: string): void {
  const seen = new Map<Scalar, Scalar>()
  for (const row of rows) {
    const before = seen.get(row[a] as Scalar) ?? row[b]
    assert.equal(row[b], before, `${where}: ${row[a]} is in ${row[b]} and ${before}`)
    seen.set(row[a] as Scalar, row[b] as Scalar)
  }
}

test('city, state and postcode of a table belong together in every locale, whichever comes first', () => {
  for (const locale of LOCALES) {
    const rows = rowsOf(
      [
        { name: 'city', rule: 'city' },
        { name: 'state', rule: 'state' },
        { name: 'zip', rule: 'postcode' },
        { name: 'city_of_zip', rule: { type: 'city', from: ['zip'] } },
        { name: 'state_of_zip', rule: { type: 'state', from: ['zip'] } },
        { name: 'own_state', rule: { type: 'state', from: [] } },
        { name: 'city_there', rule: { type: 'city', from: ['own_state'] } },
        { name: 'zip_there', rule: { type: 'postcode', from: ['city_there'] } },
        { name: 'state_there', rule: { type: 'state', from: ['zip_there'] } },
      ],
      400,
      locale,
    )
    assertFunction(rows, 'city', 'state', locale)
    assertFunction(rows, 'zip', 'city', locale)
    for (const row of rows) {
      assert.equal(row['city_of_zip'], row['city'], locale)
      assert.equal(row['state_of_zip'], row['state'], locale)
    }
    const { cities, states } = placesOf(locale)
    if (cities.length < states.length) continue
    for (const row of rows) assert.equal(row['state_there'], row['own_state'], locale)
  }
})

test('every state has a city where there are as many, and its postcodes are its own', () => {
  for (const locale of LOCALES) {
    const { states, cities, stateOf, firsts, blocks, sorted } = placesOf(locale)
    assert.equal(stateOf.length, cities.length)
    assert.equal(new Set(sorted).size, cities.length)
    for (let k = 0; k < sorted.length; k++) {
      assert.ok((blocks[k] as number) < (blocks[k + 1] as number), `${locale} ${cities[k]}`)
    }
    if (cities.length < states.length) continue
    states.forEach((state, s) => {
      assert.ok((firsts[s] as number) < (firsts[s + 1] as number), `${locale} ${state}`)
    })
  }
})

test('postcodes are found by their text: no two numbers have the same', () => {
  for (const locale of LOCALES) {
    const { postcodes, postcodeIndex } = placesOf(locale)
    const capacity = layoutCapacity(postcodes)
    const draws = Float64Array.from({ length: 2000 }, (_, i) => Math.floor((capacity * i) / 2000))
    const codes = postcodes.dictionaries.map(() => new Int32Array(2000))
    decodeTexts(postcodes, codes, draws, 2000)
    draws.forEach((draw, i) => {
      const text = postcodes.dictionaries
        .map((dictionary, k) => dictionary[codes[k]?.[i] ?? -1])
        .join('')
      assert.equal(postcodeIndex(text), draw, `${locale} ${text}`)
    })
    assert.equal(postcodeIndex('?'), -1)
  }
})

test('American cities are where they are, and so are their ZIP codes', () => {
  const columns = [
    { name: 'city', rule: 'city' },
    { name: 'state', rule: { type: 'state', abbreviated: true } },
    { name: 'zip', rule: 'postcode' },
  ]
  const first: Record<string, RegExp> = {
    ...{ NY: /^(1[0-4]|005|06390)/, CA: /^9[0-6]/, TX: /^(7[5-9]|885)/, FL: /^3[2-4]/ },
    ...{ IL: /^6[0-2]/, WA: /^9[89]/, MA: /^0[1-2]/, PR: /^00[6-9]/, DC: /^20/, HI: /^96[78]/ },
  }
  const where: Record<string, string> = {
    ...{ Chicago: 'IL', Boston: 'MA', Houston: 'TX', Seattle: 'WA', Denver: 'CO', Miami: 'FL' },
  }
  for (const { city, state, zip } of rowsOf(columns, 20_000, 'en_US')) {
    assert.match(String(zip), first[String(state)] ?? /^\d{5}$/, `${city}, ${state} ${zip}`)
    assert.equal(state, where[String(city)] ?? state)
  }
})

test('codes that follow the regions of a country do', () => {
  const pair = [
    { name: 'state', rule: { type: 'state', from: [] } },
    { name: 'code', rule: { type: 'postcode', from: ['state'] } },
  ]
  const expected: [string, string, RegExp][] = [
    ['de', 'Berlin', /^1[0-4]\d{3}$/],
    ['en_GB', 'Scotland', /^(AB|DD|DG|EH|FK|G|HS|IV|KA|KW|KY|ML|PA|PH|TD|ZE)\d \d[A-Z]{2}$/],
    ['en_CA', 'Quebec', /^[GHJ]\d[A-Z] \d[A-Z]\d$/],
    ['en_AU', 'Tasmania', /^7\d{3}$/],
    ['pt_BR', 'Rio de Janeiro', /^2[0-8]\d{3}-\d{3}$/],
    ['fr', 'Bretagne', /^(22|29|35|56)\d{3}$/],
    ['es', 'Galicia', /^(15|27|32|36)\d{3}$/],
  ]
  for (const [locale, state, code] of expected) {
    const rows = rowsOf(pair, 2000, locale).filter((row) => row['state'] === state)
    assert.ok(rows.length > 20, locale)
    for (const row of rows) assert.match(String(row['code']), code)
  }
})

test('an address is made of the columns given, and of parts that belong together', () => {
  const rows = rowsOf(
    [
      { name: 'street', rule: 'street_address' },
      { name: 'town', rule: 'city', nullable: 0.2 },
      { name: 'all', rule: { type: 'address', from: ['street', 'town'] } },
      { name: 'own', rule: 'address' },
    ],
    2000,
    'en_US',
  )
  for (const { street, town, all, own } of rows) {
    assert.ok(String(all).startsWith(`${street}, ${town ?? ''}, `))
    assert.match(String(all), /, [A-Z]{2} \d{5}$/)
    assert.match(String(own), /^\d+ .+, .+, [A-Z]{2} \d{5}$/)
  }
  const parts = rows.map(({ own }) => /, ([^,]+), ([A-Z]{2}) \d{5}$/.exec(String(own)) ?? [])
  const pairs = parts.map(([, city = '', state = '']) => ({ city, state }))
  assertFunction(pairs, 'city', 'state', 'addresses')
})

test('columns with values of their own, or null, get places all the same', () => {
  const rows = rowsOf(
    [
      { name: 'town', rule: { type: 'choice', value: ['Springwood', 'Chicago'] }, nullable: 0.3 },
      { name: 'state', rule: { type: 'state', from: ['town'] } },
      { name: 'zip', rule: { type: 'postcode', from: ['state', 'town'] } },
    ],
    2000,
    'en_US',
  )
  const chicago = rows.filter(({ town }) => town === 'Chicago')
  assert.ok(chicago.every(({ state, zip }) => state === 'Illinois' && /^6[0-2]/.test(String(zip))))
  assert.ok(new Set(rows.map(({ state }) => state)).size > 40)
})
