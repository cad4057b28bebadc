// What texts of a locale are put together from: for each rule, the parts of its text in order, each with its patterns.
import type { ComposedRuleName } from '#engine/config/word-rules.ts'
import { findList, type Group, listFile, listOf } from '#engine/data/lists.ts'
import { words } from '#engine/data/words.ts'
import { type Layout, layoutOf } from './layout.ts'
import {
  type Pattern,
  parsePattern,
  patternCapacity,
  type Token,
  withoutRepeats,
} from './pattern.ts'

/** Alternatives of one part of a text, all equally likely. */
export type Part = readonly Pattern[]

/** Words that a part of several patterns draws from: with all of them its dictionaries would be large for no gain. */
const PART_WORDS_MAX = 400
/** Addresses without a flat for one with it. */
const WITHOUT_FLAT = 4

/** Each part of a text, and one pattern for texts that must not repeat. */
export type Composition = { readonly parts: readonly Layout[]; readonly unique: Layout }

const cache = new Map<string, Composition>()

function wordsOf(locale: string, name: string): readonly string[] {
  if (name === 'first_name' || name === 'last_name' || name === 'city') return words(locale)[name]
  return listOf(locale, name === 'state' ? 'places' : 'trade', name)
}

function thinned(list: readonly string[]): readonly string[] {
  if (list.length <= PART_WORDS_MAX) return list
  return Array.from(
    { length: PART_WORDS_MAX },
    (_, i) => list[Math.floor((i * list.length) / PART_WORDS_MAX)] as string,
  )
}

/** Patterns under `name`; the lists of their own stand beside them, all others are the locale's. */
function patternsOf(locale: string, group: Group, name: string): Part {
  const { file, list } = findList(locale, group, name)
  const known = new Map<string, readonly string[]>()
  const read = (slot: string): readonly string[] => {
    const own = (file[slot] as readonly string[] | undefined) ?? wordsOf(locale, slot)
    const used = list.length > 1 ? thinned(own) : own
    known.set(slot, known.get(slot) ?? used)
    return known.get(slot) ?? used
  }
  return list.map((text) => parsePattern(text, read))
}

function flats(locale: string): Part {
  const patterns = patternsOf(locale, 'places', 'secondary')
  const withFlat = patterns.map((pattern): Pattern => [' ', ...pattern])
  const none: Pattern = ['']
  return [...Array.from({ length: WITHOUT_FLAT * withFlat.length }, () => none), ...withFlat]
}

/** `{street} {building_number}` and the like as parts, the flat behind them where the locale writes one. */
function streetAddress(locale: string): Part[] {
  const { list } = findList(locale, 'places', 'street_address')
  const own = listFile(locale, 'places')
  const parts = parsePattern(list[0] ?? '', (slot) => [slot]).map((token): Part => {
    if (typeof token === 'string') return [[token]]
    return patternsOf(locale, 'places', token[0] ?? '')
  })
  return own['secondary'] === undefined ? parts : [...parts, flats(locale)]
}

function fileName(locale: string): Part[] {
  const name = listOf(locale, 'text', 'word').filter((word) => /^[a-z]+$/.test(word))
  const plain =
    name.length > 0 ? name : listOf('en', 'text', 'word').filter((word) => /^[a-z]+$/.test(word))
  const extensions = [...new Set(listOf(locale, 'common', 'extension'))]
  return [[[plain, '_', plain, '.', extensions]]]
}

function partsOf(locale: string, rule: ComposedRuleName): Part[] {
  switch (rule) {
    case 'job':
      return [patternsOf(locale, 'people', 'job')]
    case 'company':
    case 'product':
      return [patternsOf(locale, 'trade', rule)]
    case 'street':
      return [patternsOf(locale, 'places', 'street')]
    case 'street_address':
      return streetAddress(locale)
    case 'file_name':
      return fileName(locale)
  }
}

/** Neighbouring fixed text joined, none of it empty. */
function joined(pattern: Pattern): Pattern {
  const tokens: Token[] = []
  for (const token of pattern) {
    const last = tokens.at(-1)
    if (typeof token !== 'string' || (token !== '' && typeof last !== 'string')) tokens.push(token)
    else if (typeof last === 'string') tokens[tokens.length - 1] = last + token
  }
  return tokens
}

/** Of each part the pattern with the most texts, with words that show their ends. */
function uniquePattern(parts: readonly Part[]): Pattern {
  const chosen = parts.flatMap((part) =>
    part.reduce((best, one) => (patternCapacity(one) > patternCapacity(best) ? one : best)),
  )
  return withoutRepeats(joined(chosen))
}

/** What a rule's text is put together from, made once per locale. */
export function composition(locale: string, rule: ComposedRuleName): Composition {
  const key = `${locale}/${rule}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const parts = partsOf(locale, rule)
  const made = { parts: parts.map(layoutOf), unique: layoutOf([uniquePattern(parts)]) }
  cache.set(key, made)
  return made
}
