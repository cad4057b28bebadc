// The places of a locale: which city is in which state, and which postcodes are whose. Where the lists do not tell, cities
// are dealt out over the states, and each city gets its share of the postcodes, so that what belongs together always does.
import { findList, listFile, listOf } from '#engine/data/lists.ts'
import { fallbackChain, words } from '#engine/data/words.ts'
import { type Layout, layoutCapacity, layoutOf, patternAt } from './layout.ts'
import { type Pattern, parsePattern } from './pattern.ts'
import { createTextIndex } from './text-index.ts'

export type Places = {
  readonly cities: readonly string[]
  readonly states: readonly string[]
  /** One per state; the states themselves where the locale has no short forms. */
  readonly abbreviations: readonly string[]
  /** The state of each city. */
  readonly stateOf: Int32Array
  /** Cities by state: those of state s are `sorted[firsts[s]]` to before `sorted[firsts[s + 1]]`. */
  readonly sorted: Int32Array
  readonly firsts: Int32Array
  readonly postcodes: Layout
  /** Postcodes of the city `sorted[k]`, by number: `blocks[k]` to before `blocks[k + 1]`. */
  readonly blocks: Float64Array
  /** Number of a postcode, -1 for a text that is none. */
  readonly postcodeIndex: (text: string) => number
}

const cache = new Map<string, Places>()

/** The postcodes of each state, if the nearest postcodes that the locale has are by state. */
function statePostcodes(locale: string, stateLocale: string): string[][] | null {
  const nearest = fallbackChain(locale).find(
    (one) => listFile(one, 'places')['postcode'] !== undefined,
  )
  const file = listFile(stateLocale, 'places')
  return nearest === stateLocale
    ? ((file['state_postcode'] as string[][] | undefined) ?? null)
    : null
}

/** Cities dealt out over the states: each gets as many as its share of `weights`, and one at least if there are enough. */
function dealt(cities: number, weights: readonly number[]): Int32Array {
  const order = weights.map((_, state) => state).slice(0, cities)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const free = cities - order.length
  let sum = 0
  for (const [state, weight] of weights.entries()) {
    sum += weight
    const until = order.length < cities ? weights.length + Math.round((free * sum) / total) : cities
    while (order.length < until) order.push(state)
  }
  const step = strideOf(cities)
  return Int32Array.from(order, (_, city) => order[(city * step) % cities] as number)
}

/** A step that meets every city before the first again: neighbours in the alphabet are not neighbours on the map. */
function strideOf(count: number): number {
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b))
  let step = Math.ceil(count * 0.618)
  while (common(step, count) !== 1) step++
  return step
}

/** States of the cities as the lists have them, else dealt out. */
function statesOfCities(
  locale: string,
  stateLocale: string,
  states: number,
  byState: string[][] | null,
): Int32Array {
  const cities = words(locale).city
  const known = listFile(stateLocale, 'places')['city_state'] as number[] | undefined
  if (known !== undefined && words(stateLocale).city === cities) return Int32Array.from(known)
  const weights = byState?.map((patterns) => layoutCapacity(layoutOf(patterns.map(parsed))))
  return dealt(cities.length, weights ?? Array.from({ length: states }, () => 1))
}

const parsed = (text: string): Pattern => parsePattern(text, () => [])

/** Cities in the order of their states. */
function sortedCities(stateOf: Int32Array, states: number): Pick<Places, 'sorted' | 'firsts'> {
  const firsts = new Int32Array(states + 1)
  for (const state of stateOf) firsts[state + 1] = (firsts[state + 1] as number) + 1
  for (let s = 0; s < states; s++) firsts[s + 1] = (firsts[s + 1] as number) + (firsts[s] as number)
  const next = Int32Array.from(firsts)
  const sorted = new Int32Array(stateOf.length)
  stateOf.forEach((state, city) => {
    sorted[next[state] as number] = city
    next[state] = (next[state] as number) + 1
  })
  return { sorted, firsts }
}

/** Cuts from `low` to before `high` into `count` blocks of the same size or one more. */
function share(blocks: Float64Array, from: number, count: number, low: number, high: number): void {
  for (let k = 0; k < count; k++) blocks[from + k] = low + Math.floor(((high - low) * k) / count)
}

function postcodesOf(
  locale: string,
  byState: string[][] | null,
  { sorted, firsts }: Pick<Places, 'sorted' | 'firsts'>,
): Pick<Places, 'postcodes' | 'blocks'> {
  const texts = byState === null ? listOf(locale, 'places', 'postcode') : byState.flat()
  const postcodes = layoutOf(texts.map(parsed))
  const blocks = new Float64Array(sorted.length + 1).fill(layoutCapacity(postcodes))
  if (byState === null) share(blocks, 0, sorted.length, 0, layoutCapacity(postcodes))
  let pattern = 0
  byState?.forEach((patterns, state) => {
    const low = postcodes.starts[pattern] as number
    pattern += patterns.length
    const first = firsts[state] as number
    const count = (firsts[state + 1] as number) - first
    share(blocks, first, count, low, postcodes.starts[pattern] as number)
  })
  return { postcodes, blocks }
}

function read(locale: string): Places {
  const { locale: stateLocale, file, list: states } = findList(locale, 'places', 'state')
  const byState = statePostcodes(locale, stateLocale)
  const stateOf = statesOfCities(locale, stateLocale, states.length, byState)
  const order = sortedCities(stateOf, states.length)
  const { postcodes, blocks } = postcodesOf(locale, byState, order)
  let find: ((text: string) => number) | null = null
  return {
    cities: words(locale).city,
    states,
    abbreviations: (file['state_abbr'] as string[] | undefined) ?? states,
    stateOf,
    ...order,
    postcodes,
    blocks,
    postcodeIndex(text) {
      find ??= createTextIndex(postcodes)
      return find(text)
    },
  }
}

/** The places of a locale, read once. */
export function placesOf(locale: string): Places {
  const known = cache.get(locale) ?? read(locale)
  cache.set(locale, known)
  return known
}

/** The place `k` in `sorted` whose postcodes number `index` is among. */
export function placeOfPostcode({ blocks }: Places, index: number): number {
  return patternAt(blocks, index)
}
