// Names of people by the word lists that names are made of: one value proves nothing, a column of many different ones does.

import { LOCALES, words } from '#engine/data/words.ts'

/** What names a column's values were, of those that were asked. */
export type NamesSeen = { full: number; first: number; last: number; different: number }
export type NameMeaning = 'full_name' | 'first_name' | 'last_name'
export type NamesFound = { semantic: NameMeaning; share: number }

/** First and last name both known: the lists have half of the people, other pairs of words are hardly ever both. */
const LEAST_FULL = { share: 0.4, different: 5 }
/** The lists have most first and last names, and a tenth of the cities; few levels may all be names by accident. */
const LEAST_SINGLE = { share: 0.6, different: 20 }
const LENGTH_MAX = 60
const WORDS_MAX = 5
const TITLE = /^(?:\p{L}{1,4}\.|mrs?|ms|miss|dr|prof|frau|herr|mme|sir)$/u
const SUFFIX = /^(?:jr|sr|ii|iii|iv|v|md|dds|dvm|phd|esq|dipl)\.?$/

type Lists = { first: ReadonlySet<string>; last: ReadonlySet<string> }
let lists: Lists | null = null

/** Of all locales; read when first asked for. */
function known(): Lists {
  if (lists !== null) return lists
  const all = LOCALES.map((locale) => words(locale))
  lists = {
    first: new Set(all.flatMap(({ first_name }) => first_name.map(plain))),
    last: new Set(all.flatMap(({ last_name }) => last_name.map(plain))),
  }
  return lists
}

const plain = (text: string): string => text.normalize('NFC').toLowerCase()

function isIn(list: ReadonlySet<string>, word: string | undefined): boolean {
  if (word === undefined) return false
  return list.has(word) || (word.includes('-') && word.split('-').every((part) => list.has(part)))
}

export type NameCounter = { add(text: string): void; seen(): NamesSeen }

export function createNameCounter(): NameCounter {
  const counts = { full: 0, first: 0, last: 0 }
  const different = new Set<string>()
  return {
    add(text) {
      if (text.length > LENGTH_MAX || /\d/.test(text)) return
      const { first, last } = known()
      const parts = wordsOfName(plain(text))
      if (parts.length > WORDS_MAX) return
      const isFirst = isIn(first, parts[0])
      const isLast = isIn(last, parts.at(-1))
      if (!(isFirst || isLast)) return
      if (parts.length > 1) counts.full += Number(isFirst && isLast)
      else {
        counts.first += Number(isFirst)
        counts.last += Number(isLast)
      }
      if (different.size < LEAST_SINGLE.different) different.add(plain(text).slice(0, LENGTH_MAX))
    },
    seen: () => ({ ...counts, different: different.size }),
  }
}

/** Without titles and the like; `Miller, Ann` is turned round. */
function wordsOfName(text: string): string[] {
  const [before = '', after, ...more] = text.split(', ')
  if (more.length > 0) return []
  const said = (after === undefined ? before : `${after} ${before}`).split(' ').filter(Boolean)
  const from = said.findIndex((word) => !TITLE.test(word))
  const whole = from < 0 ? [] : said.slice(from)
  return whole.filter((word, at) => at === 0 || !SUFFIX.test(word))
}

/** Null unless the values are names of people in all likelihood. */
export function namesAmong(
  { full, first, last, different }: NamesSeen,
  asked: number,
): NamesFound | null {
  const share = (count: number): number => count / Math.max(1, asked)
  if (share(full) >= LEAST_FULL.share && different >= LEAST_FULL.different)
    return { semantic: 'full_name', share: share(full) }
  const [semantic, count]: [NameMeaning, number] =
    first >= last ? ['first_name', first] : ['last_name', last]
  if (share(count) < LEAST_SINGLE.share || different < LEAST_SINGLE.different) return null
  return { semantic, share: share(count) }
}
