// Rules that make numbers of accounts, cards, banks and currencies, with valid check digits.
import Type from 'typebox'
import { IBAN_STRUCTURES } from '#engine/data/iban-structures.ts'
import { countryOf } from '#engine/data/locale-country.ts'
import { CARD_BRANDS } from '#engine/rules/card-number.ts'
import type { CardBrand } from '../made-up-rules.ts'
import { at, nameHint, quote, type Report } from '../problem.ts'
import { defineRule, TEXT_TYPES } from './rule-spec.ts'

const IBAN_COUNTRIES = Object.keys(IBAN_STRUCTURES)
/** Of locales whose country has no IBANs. */
const IBAN_OTHERWISE = ['DE', 'ES', 'FR', 'GB', 'IT', 'NL']
const BRANDS_OTHERWISE: CardBrand[] = ['visa', 'mastercard', 'amex', 'discover']

const later = { from: 'Leave from out: the value is of its country or brand' }

const Names = (maxItems: number, description: string, example: unknown) =>
  Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems })], {
      description,
      examples: [example],
    }),
  )

const namesOf = (value: string | string[] | undefined): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((name) => name.trim())

const countriesOf = (value: string | string[] | undefined): string[] => [
  ...new Set(namesOf(value).map((name) => name.toUpperCase())),
]

const iban = defineRule({
  columnTypes: TEXT_TYPES,
  aliases: { countries: 'country', country_code: 'country' },
  later,
  schema: Type.Object(
    {
      type: Type.Literal('iban'),
      country: Names(50, 'Two letters, one or a list; that of the locale if left out', 'DE'),
    },
    { additionalProperties: false, description: 'An account number with valid check digits' },
  ),
  check: ({ country }, { path, report }) => {
    for (const name of countriesOf(country)) {
      if (IBAN_COUNTRIES.includes(name)) continue
      const hint = `Use some of ${IBAN_COUNTRIES.join(', ')}`
      report.problem(at(path, 'country'), `There are no IBANs of ${quote(name)} here`, hint)
    }
  },
  lower: ({ country }, { locale }) => {
    const own = countryOf(locale)
    const otherwise = IBAN_COUNTRIES.includes(own) ? [own] : IBAN_OTHERWISE
    const countries = countriesOf(country)
    return { type: 'iban', countries: countries.length > 0 ? countries : otherwise }
  },
})

function checkBrands(brand: string | string[] | undefined, path: string, report: Report): void {
  for (const name of namesOf(brand)) {
    if (CARD_BRANDS.some((known) => known === name.toLowerCase())) continue
    const message = `There is no card brand ${quote(name)}`
    report.problem(at(path, 'brand'), message, nameHint(name, CARD_BRANDS))
  }
}

const card_number = defineRule({
  columnTypes: TEXT_TYPES,
  aliases: { brands: 'brand', issuer: 'brand', card_type: 'brand' },
  later,
  schema: Type.Object(
    {
      type: Type.Literal('card_number'),
      brand: Names(20, `One or a list of ${CARD_BRANDS.join(', ')}`, 'visa'),
    },
    { additionalProperties: false, description: 'A card number with a valid check digit' },
  ),
  check: ({ brand }, { path, report }) => checkBrands(brand, path, report),
  lower: ({ brand }) => {
    const wanted = namesOf(brand).map((name) => name.toLowerCase())
    const brands = CARD_BRANDS.filter((name) => wanted.includes(name))
    return { type: 'card_number', brands: brands.length > 0 ? brands : BRANDS_OTHERWISE }
  },
})

const swift = defineRule({
  columnTypes: TEXT_TYPES,
  aliases: { countries: 'country', country_code: 'country' },
  later,
  schema: Type.Object(
    {
      type: Type.Literal('swift'),
      country: Names(300, 'Two letters, one or a list; that of the locale if left out', 'DE'),
      length: Type.Optional(
        Type.Union([Type.Literal(8), Type.Literal(11)], {
          description: '11 has a branch',
          examples: [11],
        }),
      ),
      test: Type.Optional(
        Type.Boolean({
          description: 'Codes for tests, which no bank has; false makes others',
          examples: [false],
        }),
      ),
    },
    { additionalProperties: false, description: 'The code of a bank (BIC), for tests' },
  ),
  check: ({ country }, { path, report }) => {
    for (const name of countriesOf(country)) {
      if (/^[A-Z]{2}$/.test(name)) continue
      report.problem(at(path, 'country'), `${quote(name)} is no country`, 'Write country: DE')
    }
  },
  lower: ({ country, length = 8, test = true }, { locale }) => {
    const countries = countriesOf(country)
    return {
      ...{ type: 'swift', length, test },
      countries: countries.length > 0 ? countries : [countryOf(locale)],
    }
  },
})

const currency = defineRule({
  columnTypes: TEXT_TYPES,
  later,
  schema: Type.Object(
    { type: Type.Literal('currency') },
    { additionalProperties: false, description: 'The code of a currency (ISO 4217)' },
  ),
  lower: () => ({ type: 'currency' }),
})

const bitcoin_address = defineRule({
  columnTypes: TEXT_TYPES,
  later,
  schema: Type.Object(
    {
      type: Type.Literal('bitcoin_address'),
      network: Type.Optional(
        Type.Union([Type.Literal('main'), Type.Literal('test')], {
          description: 'bc1... or tb1...',
          examples: ['test'],
        }),
      ),
    },
    { additionalProperties: false, description: 'An address with a valid checksum (Bech32)' },
  ),
  lower: ({ network = 'main' }) => ({ type: 'bitcoin_address', network }),
})

export const FINANCE_RULES = { iban, card_number, swift, currency, bitcoin_address }
