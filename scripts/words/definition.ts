// What the extraction reads of one locale of @faker-js/faker, loosely typed: not every locale has every list.
import { allLocales, type LocaleDefinition } from '@faker-js/faker'

type Module = Readonly<Record<string, unknown>>

/** The entry of a module of a locale; undefined where the locale has none. */
export function entryOf(locale: string, module: string, entry: string): unknown {
  const all: Record<string, LocaleDefinition> = allLocales
  const found = all[locale]?.[module] as Module | undefined
  return found?.[entry] ?? undefined
}

/** The entry as a list of strings; empty where it is anything else. */
export function stringsOf(locale: string, module: string, entry: string): string[] {
  return strings(entryOf(locale, module, entry))
}

/** The value where it is a list of strings, else an empty list. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : []
}

/** The locale and its language, where they are two. */
export function familyOf(locale: string): string[] {
  return [...new Set([locale, locale.split('_')[0] ?? locale])]
}

/** Distinct values in NFC, in order; a list over the cap is thinned evenly, because the sources are alphabetical. */
export function tidy(values: readonly string[], max: number): string[] {
  const all = [...new Set(values.map((value) => value.normalize('NFC').trim()))].filter(isPlain)
  if (all.length <= max) return all
  return Array.from({ length: max }, (_, i) => all[Math.floor((i * all.length) / max)] ?? '')
}

function isPlain(value: string): boolean {
  return value !== '' && !/[{}\p{Cc}]/u.test(value)
}

/** Sexes of the words of a list, one letter each: f, m, or e for either. */
export function sexesOf(locale: string, entry: string, words: readonly string[]): string {
  const groups = (entryOf(locale, 'person', entry) ?? {}) as Record<string, unknown>
  const [female, male] = ['female', 'male'].map(
    (group) => new Set(strings(groups[group]).map((word) => word.normalize('NFC').trim())),
  )
  return words
    .map((word) => {
      const isFemale = female?.has(word)
      return isFemale === male?.has(word) ? 'e' : isFemale ? 'f' : 'm'
    })
    .join('')
}
