import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bech32 } from '@scure/base'
import { electronicFormatIBAN, isValidBIC, isValidIBAN } from 'ibantools'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { CURRENCIES } from '#engine/data/currencies.ts'
import { IBAN_STRUCTURES } from '#engine/data/iban-structures.ts'
import { LOCALES } from '#engine/data/words.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { CARD_BRANDS } from './card-number.ts'

const ROWS = 2000

type Options = { unique?: boolean; rows?: number; locale?: string }

/** A table of one column with a rule as a config writes it. */
function configOf(rule: string | object, options: Options = {}): ResolvedConfig {
  const { unique = false, rows = ROWS, locale = 'en_US' } = options
  const column = { name: 'x', type: 'str', rule, constraints: unique ? ['unique'] : [] }
  const tables = [{ name: 't', rows, columns: [column] }]
  const { config, problems } = parseConfig({ seed: 1, locale, tables })
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 0 }).resolved
}

const draw = (rule: string | object, options?: Options) =>
  valuesOf(configOf(rule, options), 't', 'x') as string[]

/** ISO 13616: the country to the end, letters as numbers, and 1 is left. */
function remainderOf(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4)
  return BigInt(moved.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n
}

for (const country of Object.keys(IBAN_STRUCTURES)) {
  test(`IBANs of ${country} have its form and valid check digits, its own ones too`, () => {
    const list = draw({ type: 'iban', country }, { rows: 300 })
    for (const iban of list) {
      assert.ok(iban.startsWith(country))
      assert.equal(remainderOf(iban), 1n, iban)
      assert.ok(isValidIBAN(electronicFormatIBAN(iban) ?? ''), iban)
    }
    assert.ok(new Set(list).size > 290)
  })
}

test('IBANs are of the country of the locale, or of the commonest', () => {
  for (const locale of LOCALES) {
    for (const iban of draw('iban', { locale, rows: 20 })) assert.ok(isValidIBAN(iban), iban)
  }
  assert.ok(draw('iban', { locale: 'de_AT', rows: 20 }).every((iban) => iban.startsWith('AT')))
  assert.equal(new Set(draw('iban').map((iban) => iban.slice(0, 2))).size, 6)
})

/** The formula as ISO/IEC 7812-1 words it, from the right. */
function hasLuhnDigit(number: string): boolean {
  let sum = 0
  for (let at = number.length - 1, second = false; at >= 0; at--, second = !second) {
    const twice = Number(number[at]) * (second ? 2 : 1)
    sum += Math.floor(twice / 10) + (twice % 10)
  }
  return sum % 10 === 0
}

const BRANDS: Record<string, RegExp> = {
  visa: /^4\d{15}$/,
  mastercard: /^(5[1-5]\d{14}|(222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12})$/,
  amex: /^3[47]\d{13}$/,
  discover: /^(6011|64[4-9]\d|65\d\d)\d{12}$/,
  jcb: /^35(2[89]|[3-8]\d)\d{12}$/,
  diners: /^3(6\d|0[0-5])\d{11}$/,
  unionpay: /^62\d{14}$/,
}

for (const brand of CARD_BRANDS) {
  test(`card numbers of ${brand} are in its ranges, with a valid check digit`, () => {
    for (const number of draw({ type: 'card_number', brand })) {
      assert.match(number, BRANDS[brand] ?? /^$/)
      assert.ok(hasLuhnDigit(number), number)
    }
  })
}

test('card numbers of several brands have equal shares', () => {
  const numbers = draw('card_number', { rows: 8000 })
  assert.ok(numbers.every(hasLuhnDigit))
  for (const brand of ['visa', 'mastercard', 'amex', 'discover']) {
    const share = numbers.filter((one) => BRANDS[brand]?.test(one)).length / 8000
    assert.ok(Math.abs(share - 0.25) < 0.02, brand)
  }
})

test('bank codes are test codes of their country, unless others are asked for', () => {
  for (const code of draw({ type: 'swift', length: 11 }, { locale: 'fr' })) {
    assert.ok(isValidBIC(code), code)
    assert.match(code, /^[A-Z]{4}FR.0/)
  }
  for (const code of draw({ type: 'swift', country: ['DE', 'at'], test: false })) {
    assert.ok(isValidBIC(code), code)
    assert.match(code, /^[A-Z]{4}(DE|AT)[^01O][^01O]$/)
  }
})

test('currencies are known to the runtime', () => {
  const known = new Set(Intl.supportedValuesOf('currency'))
  assert.deepEqual(
    CURRENCIES.filter((code) => !known.has(code)),
    [],
  )
  assert.equal(
    new Set(draw('currency', { unique: true, rows: CURRENCIES.length })).size,
    CURRENCIES.length,
  )
})

test('bitcoin addresses are read back by a decoder that checks them', () => {
  for (const [network, prefix] of [
    ['main', 'bc'],
    ['test', 'tb'],
  ] as const) {
    for (const address of draw({ type: 'bitcoin_address', network })) {
      const decoded = bech32.decode(address as `${string}1${string}`)
      assert.equal(decoded.prefix, prefix)
      assert.equal(decoded.words[0], 0)
      assert.equal(bech32.fromWords(decoded.words.slice(1)).length, 20)
    }
  }
})

test('unique values do not repeat', () => {
  for (const rule of ['iban', 'card_number', 'swift', 'bitcoin_address']) {
    assert.equal(new Set(draw(rule, { unique: true, rows: 30_000 })).size, 30_000, rule)
  }
})

test('the bytes do not depend on batches or the kind of writer', () => {
  for (const rule of ['iban', 'card_number', 'swift', 'currency', 'bitcoin_address']) {
    const options = { batchRows: 64, writer: 'closures', random: 'plain' } as const
    assert.equal(fileOf(configOf(rule), 't', options), fileOf(configOf(rule), 't'))
  }
})
