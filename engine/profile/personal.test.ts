import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { category, tableOf, text, times } from '#engine/testing/small-tables.ts'
import { renderProfile } from './profile-page.ts'
import { profileTable } from './profiler.ts'

/** None is its own mask. */
const secret = fc
  .string({ unit: fc.constantFrom(...Array.from('bcdXYZ0183_.<&"')), minLength: 9, maxLength: 30 })
  .filter((value) => /[b-dX-Z0-8]{4}/.test(value))

test('no personal value, id, text or rare value is in a profile or on its page', () => {
  fc.assert(
    fc.property(fc.uniqueArray(secret, { minLength: 4, maxLength: 8 }), (secrets) => {
      const value = (row: number): string => secrets[row % secrets.length] as string
      const rare = `${secrets[0]}rare`
      const columns = [
        text('note', times(60, value)),
        text(
          'id',
          times(60, (row) => `${value(row)}-${row}`),
          'id',
        ),
        category('name', times(60, value), { semantic: 'full_name' }),
        category(
          'mail',
          times(60, (row) => `${row % 3}.x${secrets.length}y.${row % 7}secret@mail.org`),
        ),
        category(
          'level',
          times(60, (row) => (row < 4 ? rare : 'common')),
        ),
      ]
      const { profile } = profileTable(tableOf(columns, 60))
      const shown = [JSON.stringify(profile), renderProfile(profile)]
      for (const part of [...secrets, 'secret', rare])
        for (const page of shown) assert.ok(!page.includes(part), part)
      assert.equal(profile.columns[3]?.pii?.class, 'email')
      assert.ok(shown[0]?.includes('common'))
    }),
    { numRuns: 30 },
  )
})

test('personal data is told by what it looks like, with the share that passes', () => {
  const kinds: [string, (row: number) => string][] = [
    ['email', (row) => `p${row}@mail.org`],
    ['ip', (row) => `10.${row}.7.200`],
    ['mac', (row) => `00:1b:44:11:3a:${(16 + row).toString(16)}`],
    ['phone', (row) => `+49 30 ${1234567 + row}`],
    ['national_id', (row) => `123-45-${1000 + row}`],
    ['iban', (row) => ['DE89370400440532013000', 'GB29NWBK60161331926819'][row % 2] as string],
    ['card_number', (row) => ['4111 1111 1111 1111', '5500-0000-0000-0004'][row % 2] as string],
  ]
  for (const [kind, make] of kinds) {
    const values = times(50, (row) => (row % 10 === 0 ? 'none' : make(row)))
    const { profile } = profileTable(tableOf([category('c', values)], 50))
    assert.deepEqual(profile.columns[0]?.pii, { class: kind, confidence: 0.9 })
    assert.equal(profile.columns[0]?.top_values, null)
  }
  const plain = times(50, (row) => `${row}.5 kg`)
  assert.equal(profileTable(tableOf([category('c', plain)], 50)).profile.columns[0]?.pii, null)
})
