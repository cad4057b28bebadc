// Addresses of a locale that show on their one line which they are: read from the left, each part that is numbered
// ends where the text behind it begins, as parts of patterns do (`delimited`).

import { findList } from '#engine/data/lists.ts'
import { type Layout, layoutCapacity, layoutOf } from './layout.ts'
import { composition } from './locale-patterns.ts'
import { type Token, withoutRepeats } from './pattern.ts'
import { type Places, placesOf } from './places.ts'

export type UniqueAddresses = {
  /** Street addresses, of one pattern. */
  readonly street: Layout
  /** The places that addresses are at, by their numbers in `sorted` of the locale's places. */
  readonly places: Int32Array
  /** Whether the place is part of the number, counting faster than the street; else it is free. */
  readonly numbersPlace: boolean
  /** Different numbers, below 2^53. */
  readonly capacity: number
}

/** City and state as far as they stand side by side: a place is one text. */
const PARTS =
  /(\{street_address\}|\{postcode\}|\{(?:city|state|state_abbr)\}(?:[^{}]*\{(?:city|state|state_abbr)\})*)/

/** Stands for a postcode, whose texts are not numbered. */
const POSTCODE: Token = ['']

const cache = new Map<string, UniqueAddresses>()

function placeTexts(part: string, { sorted, cities, states, abbreviations, stateOf }: Places) {
  return Array.from(sorted, (city) => {
    const state = stateOf[city] as number
    return part
      .replace('{city}', () => cities[city] as string)
      .replace('{state}', () => states[state] as string)
      .replace('{state_abbr}', () => abbreviations[state] as string)
  })
}

function streetTokens(locale: string): Token[] {
  const { dictionaries } = composition(locale, 'street_address').unique
  return dictionaries.map((texts) => (texts.length === 1 ? (texts[0] as string) : texts))
}

/** How often `mark` is in the postcodes of a locale, where that is the same for all; else null. */
function marksOfPostcodes({ bases, counts, dictionaries }: Layout, mark: string): number | null {
  const all = new Set<number>()
  for (let at = 0; at < bases.length; at += dictionaries.length) {
    let sum = 0
    for (const [k, texts] of dictionaries.entries()) {
      const base = bases[at + k] as number
      const own = texts.slice(base, base + (counts[at + k] as number))
      const marks = new Set(own.map((text) => text.split(mark).length - 1))
      if (marks.size > 1) return null
      sum += [...marks][0] ?? 0
    }
    all.add(sum)
  }
  return all.size === 1 ? ([...all][0] ?? null) : null
}

/** Tokens of a line, and where what is numbered begins; `unclearAt`: the first postcode that does not show its end. */
type Line = { tokens: Token[]; streetAt: number; placeAt: number; unclearAt: number }

function lineOf(parts: readonly string[], street: Token[], known: Places): Line {
  const tokens: Token[] = []
  let [streetAt, placeAt, unclearAt] = [0, 0, Number.POSITIVE_INFINITY]
  for (const [k, part] of parts.entries()) {
    if (part === '{street_address}') {
      streetAt = tokens.length
      tokens.push(...street)
    } else if (part === '{postcode}') {
      const [mark = ''] = parts[k + 1] ?? ''
      const isClear = mark !== '' && marksOfPostcodes(known.postcodes, mark) !== null
      if (!isClear) unclearAt = Math.min(unclearAt, tokens.length)
      tokens.push(POSTCODE)
    } else if (part.includes('{')) {
      placeAt = tokens.length
      tokens.push(placeTexts(part, known))
    } else tokens.push(part)
  }
  return { tokens, streetAt, placeAt, unclearAt }
}

/** Whether only a postcode stands behind the place, and shows where it begins. */
function endsClear({ tokens, placeAt }: Line, { postcodes }: Places): boolean {
  const [between, postcode, ...more] = tokens.slice(placeAt + 1)
  if (typeof between !== 'string' || postcode !== POSTCODE || more.length > 0) return false
  return marksOfPostcodes(postcodes, between.slice(-1)) !== null
}

function read(locale: string): UniqueAddresses {
  const known = placesOf(locale)
  const [written = ''] = findList(locale, 'places', 'address').list
  const parts = written.split(PARTS).filter((part) => part !== '')
  const street = streetTokens(locale)
  const line = lineOf(parts, street, known)
  const { tokens, streetAt, placeAt, unclearAt } = line
  const told = endsClear(line, known) ? tokens.slice(0, placeAt + 1) : tokens
  const pattern = withoutRepeats(told)
  const layout = layoutOf([pattern.slice(streetAt, streetAt + street.length)])
  const texts = tokens[placeAt] as readonly string[]
  const places = Int32Array.from(pattern[placeAt] as readonly string[], (text) =>
    texts.indexOf(text),
  )
  const streets = streetAt < unclearAt ? layoutCapacity(layout) : 0
  const both = streets * places.length
  const numbersPlace = placeAt < unclearAt && both <= Number.MAX_SAFE_INTEGER
  return { street: layout, places, numbersPlace, capacity: numbersPlace ? both : streets }
}

/** The unique addresses of a locale, made once. */
export function uniqueAddressesOf(locale: string): UniqueAddresses {
  const known = cache.get(locale) ?? read(locale)
  cache.set(locale, known)
  return known
}
