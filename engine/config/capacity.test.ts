import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOCALES, words } from '#engine/data/words.ts'
import { capacityOf } from './capacity.ts'

test('numbers count their grid, days and seconds their span', () => {
  const range = { type: 'range', min: 1, max: 10, step: null, decimals: 0 } as const
  assert.equal(capacityOf(range), 10)
  assert.equal(capacityOf({ ...range, step: 4 }), 3)
  assert.equal(capacityOf({ ...range, min: 0, max: 1, decimals: 2 }), 101)
  assert.equal(capacityOf({ type: 'date', min: 5, max: 5 }), 1)
  const sequence = { type: 'sequence', start: 1, step: 1, prefix: '', pad: 0 } as const
  assert.equal(capacityOf(sequence), Number.MAX_SAFE_INTEGER)
  assert.equal(capacityOf({ ...sequence, start: 0, step: -1 }), Number.MAX_SAFE_INTEGER + 1)
})

test('words count their lists, in every locale', () => {
  for (const locale of LOCALES) {
    const { first_name, last_name } = words(locale)
    const names = capacityOf({ type: 'full_name', locale })
    assert.ok(names >= 500 && names <= first_name.length * last_name.length, `${locale} ${names}`)
    assert.ok(capacityOf({ type: 'phone', locale }) >= 10_000)
    assert.ok(capacityOf({ type: 'email', locale, from: [] }) >= 10_000)
  }
  assert.equal(capacityOf({ type: 'phone', locale: 'en_US' }), 6_400_000_000)
})
