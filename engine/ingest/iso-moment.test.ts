import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Temporal } from '#engine/table/table.ts'
import { createLayoutSearch } from './date-layouts.ts'
import { createDateReader } from './date-reader.ts'
import { isoMoment } from './iso-moment.ts'

/** Read by a pattern. */
const BY_PATTERN: Record<Temporal, string[]> = {
  date: ['yyyy-MM-dd'],
  datetime: [
    ...["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssXXX"],
    ...['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ssXXX'],
  ],
  time: ['HH:mm:ss'],
}

const two = (most: number) =>
  fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0'))
const day = fc
  .tuple(fc.constantFrom('1900', '1999', '2000', '2024', '2025'), two(13), two(32))
  .map((parts) => parts.join('-'))
const clock = fc.tuple(two(25), two(61), two(61)).map((parts) => parts.join(':'))
const moment = fc
  .tuple(day, fc.constantFrom('T', 't', ' ', '  '), clock, fc.constantFrom('', 'Z', 'z', '+01:00'))
  .map((parts) => parts.join(''))
const damaged = fc
  .tuple(fc.oneof(day, clock, moment), fc.nat(20), fc.constantFrom('', 'x', '٣', '-', '0'))
  .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1))

test('what is read digit by digit is what a pattern reads', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('date' as const, 'datetime' as const, 'time' as const),
      fc.oneof(day, clock, moment, damaged),
      (type, text) => {
        const found = isoMoment(type, text)
        const known = BY_PATTERN[type].map((layout) => createDateReader(type, layout).read(text))
        if (Number.isNaN(found)) return
        assert.ok(known.includes(found), `${text}: ${found}`)
      },
    ),
    { numRuns: 2_000 },
  )
  assert.equal(isoMoment('datetime', '2025-01-31T07:25:42Z'), 1_738_308_342)
  assert.equal(isoMoment('date', '2024-02-29'), 19_782)
  assert.ok(Number.isNaN(isoMoment('date', '2023-02-29')))
})

/** Which layouts are left when each text is read by each. */
function slowly(texts: readonly string[]) {
  const searches = texts.map((text) => {
    const search = createLayoutSearch(false)
    search.add(text)
    return search.found()
  })
  const [first = [], ...others] = searches
  return first.flatMap(({ offset, ...known }) => {
    const alike = others.map((found) =>
      found.find(({ type, layout }) => type === known.type && layout === known.layout),
    )
    if (alike.includes(undefined)) return []
    return [{ ...known, offset: alike.every((one) => one?.offset === offset) ? offset : null }]
  })
}

test('a search that passes over texts like the last ones finds the layouts that fit all', () => {
  const alike = fc.array(moment, { minLength: 1, maxLength: 5 })
  const days = fc.array(day, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.oneof(alike, days), (texts) => {
      const search = createLayoutSearch(false)
      for (const text of texts) search.add(text)
      assert.deepEqual(search.found(), slowly(texts))
    }),
    { numRuns: 40 },
  )
})
