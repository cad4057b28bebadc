// Names and prefixes by sex, and the sex that a text speaks of.
import { findList, listFile } from '#engine/data/lists.ts'
import { fallbackChain, words } from '#engine/data/words.ts'
import { lowerCase } from '#engine/rules/letter-case.ts'

export type Sex = 0 | 1 | 2
/** Either, unknown, or none. */
export const EITHER = 0
export const FEMALE = 1
export const MALE = 2

export type SexedList = 'first_name' | 'last_name' | 'prefix'

/** Words ordered female, either, male: those of a sex are `counts[sex]` words from `bases[sex]` on. */
export type SexedWords = {
  readonly words: readonly string[]
  readonly bases: Int32Array
  readonly counts: Int32Array
}

const FEMALE_WORDS = 'f,w,fem,woman,women,girl,mrs,miss,ms,cis female,cis woman,2'.split(',')
const MALE_WORDS = 'm,man,men,boy,mr,cis male,cis man,1'.split(',')

const sexed = new Map<string, SexedWords>()
const readers = new Map<string, (text: string) => Sex>()

/** The list and a letter for each of its words: f, m or e. */
function lettersOf(locale: string, name: SexedList): { list: readonly string[]; letters: string } {
  if (name === 'prefix') {
    const { file, list } = findList(locale, 'people', 'prefix')
    return { list, letters: file['prefix_sex'] as string }
  }
  const list = words(locale)[name]
  const owner = fallbackChain(locale).find(
    (one) => listFile(one, 'people')[`${name}_sex`] !== undefined,
  )
  const file = listFile(owner ?? 'en', 'people')
  return { list, letters: file[`${name}_sex`] as string }
}

/** A locale's words of a list by sex, sorted once. */
export function sexedWords(locale: string, name: SexedList): SexedWords {
  const key = `${locale}/${name}`
  const known = sexed.get(key)
  if (known !== undefined) return known
  const { list, letters } = lettersOf(locale, name)
  const of = (letter: string) => list.filter((_, i) => (letters[i] ?? 'e') === letter)
  const [female, either, male] = [of('f'), of('e'), of('m')]
  const all = list.length
  const [f, e, m] = [female.length, either.length, male.length]
  const made = {
    words: [...female, ...either, ...male],
    bases: Int32Array.of(0, 0, e + m > 0 ? f : 0),
    counts: Int32Array.of(all, f + e > 0 ? f + e : all, e + m > 0 ? e + m : all),
  }
  sexed.set(key, made)
  return made
}

/** What a text says of sex: words for it, prefixes, first names, of the locale and of English. */
export function sexReader(locale: string): (text: string) => Sex {
  const known = readers.get(locale)
  if (known !== undefined) return known
  const sexes = new Map<string, Sex>()
  const add = (list: readonly string[], sex: Sex) => {
    for (const word of list) if (!sexes.has(folded(word))) sexes.set(folded(word), sex)
  }
  for (const one of [locale, 'en']) {
    const [female = '', male = ''] = findList(one, 'people', 'gender').list
    add([female], FEMALE)
    add([male], MALE)
  }
  add(FEMALE_WORDS, FEMALE)
  add(MALE_WORDS, MALE)
  for (const name of ['prefix', 'first_name'] as const) {
    const { list, letters } = lettersOf(locale, name)
    list.forEach((word, i) => {
      if (letters[i] === 'f') add([word], FEMALE)
      if (letters[i] === 'm') add([word], MALE)
    })
  }
  const read = (text: string): Sex => sexes.get(folded(text)) ?? EITHER
  readers.set(locale, read)
  return read
}

function folded(word: string): string {
  const lower = lowerCase(word.trim())
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}
