import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { countryOf } from '#engine/data/locale-country.ts'
import { LOCALES } from '#engine/data/words.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, table } from '#engine/testing/configs.ts'
import { formsCapacity } from './forms.ts'
import { type PhoneFormat, phoneForms } from './phone-forms.ts'

const ROWS = 60
const FORMATS = ['e164', 'national', 'international'] as const

const config = (locale: string, format: PhoneFormat, rows: number, unique = false) => {
  const rule = { type: 'phone', locale, format } as const
  return configOf([table('t', rows, [column('x', 'str', rule, { unique })])])
}

const draw = (locale: string, format: PhoneFormat, rows = ROWS, unique = false) =>
  valuesOf(config(locale, format, rows, unique), 't', 'x') as string[]

/** Some plans of libphonenumber write spaces that do not break; ours are plain. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u2011]/g, ' ')

for (const locale of LOCALES) {
  test(`numbers of ${locale} are valid ones of its country, written as it does`, () => {
    const country = countryOf(locale) as CountryCode
    for (const format of FORMATS) {
      for (const number of draw(locale, format)) {
        const parsed = parsePhoneNumberFromString(number, country)
        assert.ok(parsed?.isValid() === true, number)
        assert.equal(parsed.country, country)
        const again = {
          e164: parsed.number,
          national: plain(parsed.formatNational()),
          international: plain(parsed.formatInternational()),
        }
        assert.equal(number, again[format])
      }
    }
  })
}

test('every locale has at least a hundred thousand numbers', () => {
  for (const locale of LOCALES) {
    assert.ok(formsCapacity(phoneForms(locale, 'e164').forms) >= 100_000, locale)
  }
})

test('unique numbers do not repeat, and use all forms', () => {
  const numbers = draw('de', 'national', 30_000, true)
  assert.equal(new Set(numbers).size, 30_000)
  assert.ok(
    numbers.some((one) => one.startsWith('015')) && numbers.some((one) => one.startsWith('017')),
  )
})

test('the bytes do not depend on batches or the kind of writer', () => {
  for (const format of FORMATS) {
    const options = { batchRows: 64, writer: 'closures', random: 'plain' } as const
    const made = config('en_GB', format, 2000)
    assert.equal(fileOf(made, 't', options), fileOf(made, 't'))
  }
})
