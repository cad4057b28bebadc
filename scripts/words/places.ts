// Lists about places: states, postcodes, which city is in which state, streets, addresses, countries.
import { entryOf, stringsOf, tidy } from './definition.ts'
import { withoutLeadingZeros } from './patterns.ts'
import type { Lists } from './people.ts'
import { postcodePatterns, statePostcodes } from './postcodes.ts'
import { ADDRESSES, POSTCODE_FIRST } from './tables.ts'
import { patternLists } from './trade.ts'
import { US_CITIES } from './us-cities.ts'

const LIST_MAX = 1500
/** Fewer countries than this with a code are not a list of them. */
const COUNTRIES_LEAST = 120

/** Locales that CLDR has under another name than their language's. */
const TAGS: Readonly<Record<string, string>> = { sr_RS_latin: 'sr-Latn', uz_UZ_latin: 'uz-Latn' }

/** States that the list of American states leaves out and its postcodes and cities have. */
const MORE_STATES: readonly (readonly [string, string])[] = [
  ['District of Columbia', 'DC'],
  ['Puerto Rico', 'PR'],
]

/** Lists of the group `places`; `cities` are those of the locale's word file. */
export function placeLists(locale: string, cities: readonly string[]): Lists {
  const [states, abbreviations] = statesOf(locale)
  const own = statePostcodes(locale, states, abbreviations)
  return {
    state: states,
    state_abbr: abbreviations.length === states.length ? abbreviations : [],
    postcode: postcodePatterns(locale),
    state_postcode: own ?? [],
    city_state: locale === 'en' ? cityStates(cities, abbreviations) : [],
    ...streets(locale),
    address: addressOf(locale),
    ...countries(locale),
  }
}

function statesOf(locale: string): [string[], string[]] {
  const states = stringsOf(locale, 'location', 'state')
  const abbreviations = stringsOf(locale, 'location', 'state_abbr')
  const clean = states.map((state) => state.normalize('NFC').trim())
  if (locale !== 'en') return [tidy(clean, LIST_MAX), abbreviations]
  return [
    [...clean, ...MORE_STATES.map(([state]) => state)],
    [...abbreviations, ...MORE_STATES.map(([, abbreviation]) => abbreviation)],
  ]
}

function cityStates(cities: readonly string[], abbreviations: readonly string[]): number[] {
  const stateOf = new Map(
    Object.entries(US_CITIES).flatMap(([state, names]) =>
      names.split(',').map((name) => [name, state] as const),
    ),
  )
  return cities.map((city) => {
    const index = abbreviations.indexOf(stateOf.get(city) ?? '')
    if (index < 0) throw new Error(`scripts/words/us-cities.ts has no state for ${city}`)
    return index
  })
}

function streets(locale: string): Lists {
  const numbers = stringsOf(locale, 'location', 'building_number').map(withoutLeadingZeros)
  const secondary = stringsOf(locale, 'location', 'secondary_address')
  const { normal } = (entryOf(locale, 'location', 'street_address') ?? {}) as { normal?: string }
  const line = normal
    ?.replace('{{location.street}}', '{street}')
    .replace('{{location.buildingNumber}}', '{building_number}')
  return {
    ...patternLists(locale, 'street', stringsOf(locale, 'location', 'street_pattern')),
    building_number: [...new Set(numbers)].filter((one) => !/\p{Cc}/u.test(one)),
    ...patternLists(locale, 'secondary', secondary, withoutLeadingZeros),
    street_address: line === undefined || line.includes('{{') ? [] : [line],
  }
}

function addressOf(locale: string): string[] {
  const written = ADDRESSES[locale]
  if (written !== undefined) return [written]
  const first = POSTCODE_FIRST.includes(locale.split('_')[0] ?? '')
  return [first ? '{street_address}, {postcode} {city}' : '{street_address}, {city}, {postcode}']
}

/** Country names with their codes, found by the names that CLDR has; none where too few are found. */
function countries(locale: string): Lists {
  const names = tidy(stringsOf(locale, 'location', 'country'), LIST_MAX)
  const codes = (entryOf('base', 'location', 'country_code') as { alpha2: string }[]).map(
    ({ alpha2 }) => alpha2,
  )
  const codeOf = new Map(
    codes.flatMap((code) => spellings(locale, code).map((name) => [fold(name), code])),
  )
  const known = names.filter((name) => codeOf.has(fold(name)))
  const found = new Map(known.map((name) => [codeOf.get(fold(name)) ?? '', name]))
  if (found.size < COUNTRIES_LEAST) return {}
  return { country: [...found.values()], country_code: [...found.keys()] }
}

function spellings(locale: string, code: string): string[] {
  const language = TAGS[locale] ?? locale.split('_')[0] ?? 'en'
  return (['long', 'short'] as const).flatMap((style) => {
    const names = new Intl.DisplayNames([language], { type: 'region', style })
    return [names.of(code) ?? code]
  })
}

function fold(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/\b(the|and|republic of)\b|&/g, '')
    .replaceAll(/\bst\.? |\bsaint /g, 'st ')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}
