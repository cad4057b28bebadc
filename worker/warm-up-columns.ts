// A column of each kind that tables have, for rows that a compute thread makes before it is asked to.

import type { ColumnType, Rule } from '#engine/config/types.ts'

const locale = 'en_US'
const open = { min: null, max: null }
const grid = { step: null, decimals: 0 }
const suffixes = ['example.com', 'example.net', 'example.org']
const brands = ['visa', 'mastercard', 'amex', 'discover', 'jcb', 'diners'] as const
/** 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16. */
const NETWORKS: [number, number][] = [
  [167_772_160, 184_549_375],
  [2_886_729_728, 2_887_778_303],
  [3_232_235_520, 3_232_301_055],
]
const countries = ['DE', 'ES', 'FR', 'GB', 'IT', 'NL']

/** A column's type, its rule as resolved configs have it, and a name where another column reads it. */
type Kind = readonly [type: ColumnType, rule: Rule, name?: string]

const numbers = (pass: number): Kind[] => [
  ['int', { type: 'sequence', start: pass, step: 1, prefix: '', pad: 0 }],
  ['int', { type: 'range', ...grid, min: pass, max: 10 ** (3 + 2 * pass) }],
  ['decimal', { type: 'range', ...grid, min: pass, max: 1000, decimals: 2 }],
  ['float', { type: 'range', ...grid, min: -1, max: pass, decimals: 3 }],
  ['float', { type: 'normal', ...open, mean: 50 * pass, stddev: 9, decimals: 2 }],
  ['decimal', { type: 'lognormal', ...open, mean: pass, stddev: 0.6, decimals: 2 }],
  ['float', { type: 'exponential', ...open, rate: pass / 4, decimals: 2 }],
  ['float', { type: 'gamma', ...open, shape: pass + 0.5, scale: 1, decimals: 2 }],
  ['float', { type: 'beta', ...open, alpha: pass + 0.5, beta: 4, decimals: 4 }],
  ['int', { type: 'poisson', ...open, mean: pass + 2 }],
  ['int', { type: 'binomial', ...open, n: 10 * pass, p: 0.3 }],
  ['int', { type: 'zipf', ...open, s: 1.5, n: 100 * pass }],
  ['float', { type: 'latitude', min: -90, max: 80 + pass, decimals: 6 }],
  ['float', { type: 'longitude', min: -180, max: 170 + pass, decimals: 6 }],
  ['bool', { type: 'boolean', probability: pass / 8 }],
]

const times = (pass: number): Kind[] => [
  ['date', { type: 'date', min: 100 * pass, max: 20_000 }],
  ['datetime', { type: 'datetime', min: 1_600_000_000 + pass, max: 1_700_000_000 }],
  ['time', { type: 'time', min: 3600 * pass, max: 86_399 }],
]

const WORDS: readonly Kind[] = [
  ['str', { type: 'first_name', locale }],
  ['str', { type: 'full_name', locale }],
  ['str', { type: 'last_name', locale }],
  ['str', { type: 'gender', locale }, 'gender'],
  ['str', { type: 'prefix', locale, from: { gender: 'gender' } }],
  ['str', { type: 'username', locale, from: [] }],
  ['str', { type: 'email', locale, from: [] }],
  ['str', { type: 'phone', locale, format: 'national' }],
  ['str', { type: 'city', locale }, 'city'],
  ['str', { type: 'postcode', locale, from: { city: 'city' } }],
  ['str', { type: 'address', locale }],
  ['str', { type: 'street_address', locale }],
  ['str', { type: 'company', locale }],
  ['str', { type: 'job', locale }],
  ['str', { type: 'department', locale }],
  ['str', { type: 'product', locale }],
  ['str', { type: 'product_category', locale }],
  ['str', { type: 'color', locale }],
  ['str', { type: 'country', locale }, 'country'],
  ['str', { type: 'country_code', locale, from: { country: 'country' } }],
  ['str', { type: 'timezone', locale }],
  ['str', { type: 'sentence', locale, words: [3, 8] }],
]

const codes = (pass: number): Kind[] => [
  ['str', { type: 'choice', values: ['a', 'b', 'c'], weights: [3, 2, pass] }],
  ['uuid', { type: 'uuid', version: 4 }],
  ['str', { type: 'regex', value: `[A-Z]{2}-[0-9]{${pass + 2}}` }],
  ['str', { type: 'iban', countries: countries.slice(pass - 1) }],
  ['str', { type: 'card_number', brands: brands.slice(0, pass + 1) }],
  ['str', { type: 'currency' }],
  ['str', { type: 'ip', networks: NETWORKS.slice(-1 - pass) }],
  ['str', { type: 'url', suffixes: suffixes.slice(0, pass) }],
  ['str', { type: 'user_agent' }],
]

/** The columns of a pass, 1 or more. Their parameters differ, as those of tables do. */
export const kindsOf = (pass: number): Kind[] => [
  ...numbers(pass),
  ...times(pass),
  ...WORDS,
  ...codes(pass),
]
