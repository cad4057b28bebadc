import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseInstant, parseSpan } from './dates.ts'

test('every moment of the years 1 to 9999 reads as the platform reads it', () => {
  const [min, max] = [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z')]
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
      const text = date.toISOString().slice(0, 19)
      const seconds = Math.floor(date.getTime() / 1000)
      assert.deepEqual(parseInstant(`${text}Z`), { seconds, dateOnly: false })
      assert.equal(parseInstant(text.slice(0, 10))?.dateOnly, true)
    }),
  )
})

test('offsets, short times and blanks', () => {
  assert.equal(parseInstant('1970-01-01T01:00:00+01:00')?.seconds, 0)
  assert.equal(parseInstant('1970-01-01 00:01')?.seconds, 60)
  assert.equal(parseInstant(' 1970-01-02 ')?.seconds, 86_400)
})

test('what is no date is refused', () => {
  for (const text of [
    '',
    '2025',
    '2025-13-01',
    '2025-02-29',
    '2025-01-01T24:00',
    '01/02/2025',
    'now',
  ]) {
    assert.equal(parseInstant(text), null, text)
  }
})

test('spans', () => {
  assert.equal(parseSpan('90 days'), 90 * 86_400)
  assert.equal(parseSpan('1 month'), 30 * 86_400)
  assert.equal(parseSpan('5minutes'), 300)
  for (const text of ['', '90', 'days', '-1 days', '1 fortnight'])
    assert.equal(parseSpan(text), null)
})
