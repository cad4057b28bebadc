// Writes engine/data/phones.json from the numbering plans of libphonenumber-js (a development dependency): for each
// country of our locales the blocks of its mobile numbers, and how the numbers of each are written. Run it after an
// upgrade of that package; the engine version changes with the blocks.
import { writeFile } from 'node:fs/promises'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import metadata from 'libphonenumber-js/metadata.max.json'
import { countryOf } from '#engine/data/locale-country.ts'
import { LOCALES } from '#engine/data/locale-names.ts'
import type { PhoneForm, Phones } from '#engine/data/phones.ts'
import { type Automaton, automatonOf } from '#engine/regex/automaton.ts'
import { parseRegex } from '#engine/regex/parse.ts'

const PREFIX_MAX = 7
const PREFIXES_MAX = 800
const FORMS_MAX = 6
/** Digits of most countries' mobile numbers. */
const USUAL_DIGITS = 10
const [FIXED, MOBILE] = [0, 1]
const PLAN_TYPES = 11

type Plan = [callingCode: string, ...rest: unknown[]]
type Block = { prefix: string; tail: string }
type Layouts = { national: string; international: string }

function planOf(country: string): Plan {
  const plans = metadata.countries as unknown as Record<string, Plan>
  const plan = plans[country]
  if (plan === undefined) throw new RangeError(`no numbering plan of ${country}`)
  return plan
}

/** The expression of a country's mobile numbers; of all its subscribers' where the plan does not tell. */
function patternOf(country: string): string {
  const types = planOf(country)[PLAN_TYPES] as [string][] | undefined
  const mobile = types?.[MOBILE]?.[0] ?? ''
  return mobile === '' ? (types?.[FIXED]?.[0] ?? String(planOf(country)[2])) : mobile
}

function automatonFor(country: string): Automaton {
  const parsed = parseRegex(patternOf(country))
  const automaton = 'node' in parsed ? automatonOf(parsed.node) : null
  if (automaton === null) throw new RangeError(`the numbers of ${country} have no automaton`)
  return automaton
}

/**
 * The rest of the numbers from a state on, as `#` (0-9) and `!` (2-9), where only its length may vary: the length
 * that brings them nearest to the usual one. Null where the digits are not the same for all.
 */
function tailOf(automaton: Automaton, from: number, before: number): string | null {
  let [tail, state] = ['', from]
  let best: string | null = null
  for (;;) {
    const { accepts = false, edges = [] } = automaton[state] ?? {}
    const distance = (text: string) => Math.abs(before + text.length - USUAL_DIGITS)
    if (accepts && (best === null || distance(tail) < distance(best))) best = tail
    const [edge] = edges
    if (edge === undefined) return best
    const [range] = edge.set.length === 1 ? edge.set : []
    const mark =
      range?.[1] !== 0x39 ? null : range[0] === 0x30 ? '#' : range[0] === 0x32 ? '!' : null
    if (edges.length > 1 || mark === null) return null
    tail += mark
    state = edge.to
  }
}

function* blocksOf(automaton: Automaton, state: number, prefix: string): Generator<Block> {
  const tail = tailOf(automaton, state, prefix.length)
  if (tail !== null && tail.length >= 4 && prefix !== '') yield { prefix, tail }
  else if (prefix.length < PREFIX_MAX) {
    for (const { set, to } of automaton[state]?.edges ?? []) {
      for (const [from, end] of set) {
        for (let code = from; code <= end; code++) {
          yield* blocksOf(automaton, to, prefix + String.fromCharCode(code))
        }
      }
    }
  }
}

/** The text with the digits of the number itself as `d`; null where they do not stand together at its end. */
function layoutOf(text: string, number: string): string | null {
  if (!text.replaceAll(/\D/g, '').endsWith(number)) return null
  let left = number.length
  const marked = Array.from(text)
    .toReversed()
    .map((char) => (/\d/.test(char) && left-- > 0 ? 'd' : char))
  return marked
    .toReversed()
    .join('')
    .replaceAll(/[\u00a0\u2011]/g, ' ')
}

function layoutsOf(country: string, number: string): Layouts | null {
  const parsed = parsePhoneNumberFromString(number, country as CountryCode)
  if (parsed?.isValid() !== true || parsed.country !== country) return null
  if (parsed.nationalNumber !== number) return null
  const national = layoutOf(parsed.formatNational(), number)
  const international = layoutOf(parsed.formatInternational(), number)
  return national === null || international === null ? null : { national, international }
}

/** Numbers of a block, spread over its tails. */
function samplesOf({ prefix, tail }: Block): string[] {
  return Array.from(
    { length: 40 },
    (_, k) =>
      prefix +
      Array.from(tail, (mark, at) => {
        const digit = k < 10 ? k : (k * 7 + at * (k % 9) + Math.floor(k / 3)) % 10
        return String(mark === '!' ? 2 + (digit % 8) : digit)
      }).join(''),
  )
}

/** How all numbers of a block are written; null where they differ or are not all valid. */
function blockLayouts(country: string, block: Block): Layouts | null {
  const [first, ...others] = samplesOf(block).map((number) => layoutsOf(country, number))
  const same = others.every(
    (one) => one?.national === first?.national && one?.international === first?.international,
  )
  return same ? (first ?? null) : null
}

const digitsOf = ({ prefixes, tail }: PhoneForm) => (prefixes[0]?.length ?? 0) + tail.length

function formsOf(country: string): PhoneForm[] {
  const forms = new Map<string, PhoneForm>()
  for (const block of blocksOf(automatonFor(country), 0, '')) {
    const layouts = blockLayouts(country, block)
    if (layouts === null) continue
    const key = [block.prefix.length, block.tail, layouts.national, layouts.international].join()
    const form = forms.get(key) ?? { ...layouts, tail: block.tail, prefixes: [] }
    form.prefixes.push(block.prefix)
    forms.set(key, form)
  }
  const usual = [...forms.values()]
    .map(digitsOf)
    .toSorted((a, b) => Math.abs(a - USUAL_DIGITS) - Math.abs(b - USUAL_DIGITS) || a - b)[0]
  const size = ({ prefixes, tail }: PhoneForm) => prefixes.length * 10 ** tail.length
  return [...forms.values()]
    .filter((form) => digitsOf(form) <= (usual ?? 0) + 1)
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, FORMS_MAX)
    .map((form) => ({ ...form, prefixes: thinned(form.prefixes.toSorted()) }))
}

function thinned(list: string[]): string[] {
  if (list.length <= PREFIXES_MAX) return list
  return Array.from(
    { length: PREFIXES_MAX },
    (_, k) => list[Math.floor((k * list.length) / PREFIXES_MAX)] ?? '',
  )
}

const phones: Phones = {}
for (const country of [...new Set(LOCALES.map(countryOf))].toSorted()) {
  const forms = formsOf(country)
  if (forms.length === 0) throw new RangeError(`no phone numbers of ${country}`)
  phones[country] = { code: planOf(country)[0], forms }
}
const lines = Object.entries(phones).map(
  ([country, plan]) => `  "${country}": ${JSON.stringify(plan)}`,
)
await writeFile(
  new URL('../engine/data/phones.json', import.meta.url),
  `{\n${lines.join(',\n')}\n}\n`,
)
