// Blocks of mobile numbers by country, committed and read once when first asked for.
import { readFileSync } from 'node:fs'

/** Numbers that begin with one of the prefixes and are written alike. */
export type PhoneForm = {
  /** The number as written in its country and abroad; `d` is a digit of the national number. */
  national: string
  international: string
  /** What follows the prefix: `#` is a digit, `!` one from 2 to 9. */
  tail: string
  prefixes: string[]
}

/** By ISO 3166-1 alpha-2; `code` is the country's calling code. */
export type Phones = Record<string, { code: string; forms: PhoneForm[] }>

let loaded: Phones | null = null

/** The numbering plans of all countries that a locale belongs to. */
export function phones(): Phones {
  loaded ??= JSON.parse(readFileSync(new URL('phones.json', import.meta.url), 'utf8')) as Phones
  return loaded
}
