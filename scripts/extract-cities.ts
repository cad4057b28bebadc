// City names of one locale: its own list where it has one, else its own patterns spelled out, with parts and
// people's names from the locale or its language. Deterministic, so that running the extraction again changes nothing.

const COMPOSED = 1500

/** Steps through the part lists; primes, so that lists of different lengths do not move together. */
const STRIDES = [1, 7, 31]

/** The locale whose language's own list already holds its cities. */
const USES_LANGUAGE_LIST = 'en_US'

/** What a city name can be made of. */
export type CitySource = {
  location: Record<string, string[] | null | undefined>
  first_name: string[]
  last_name: string[]
}

/** City names, with duplicates; empty when the locale adds nothing to its fallback. */
export function cityNames(locale: string, own: CitySource, language: CitySource): string[] {
  if (locale === USES_LANGUAGE_LIST) return []
  const patterns = own.location['city_pattern'] ?? []
  const fragments = patterns.length > 0 && patterns.every((p) => /city_name\}\}./.test(p))
  const names = own.location['city_name'] ?? []
  if (names.length > 0 && !fragments) return names
  const whole = patterns.filter((pattern) => pattern === '{{location.city_prefix}}')
  const usable = (whole.length > 0 ? whole : patterns).filter((pattern) =>
    slots(pattern).every((slot) => partsOf(slot, own, language).length > 0),
  )
  return usable.length === 0 ? [] : compose(usable, own, language)
}

function compose(patterns: readonly string[], own: CitySource, language: CitySource): string[] {
  const widest = patterns.flatMap(slots).map((slot) => partsOf(slot, own, language).length)
  const count = Math.max(COMPOSED, ...widest)
  return Array.from({ length: count }, (_, i) => {
    const pattern = patterns[i % patterns.length] ?? ''
    let ordinal = 0
    return pattern.replaceAll(/\{\{[^}]+\}\}/g, (slot) => {
      const parts = partsOf(slot, own, language)
      const stride = STRIDES[ordinal++ % STRIDES.length] ?? 1
      const step = patterns.length === 1 ? i : Math.floor(i / patterns.length)
      return parts[(step * stride + Math.floor(step / parts.length)) % parts.length] ?? ''
    })
  })
}

function slots(pattern: string): string[] {
  return pattern.match(/\{\{[^}]+\}\}/g) ?? []
}

function partsOf(slot: string, own: CitySource, language: CitySource): string[] {
  const name = slot.slice(2, -2)
  if (name === 'person.firstName')
    return own.first_name.length ? own.first_name : language.first_name
  if (name === 'person.lastName') return own.last_name.length ? own.last_name : language.last_name
  const key = name.replace('location.', '')
  return own.location[key] ?? language.location[key] ?? []
}
