// The lists of a locale beyond names and cities: committed extracts in groups, each read once when first asked for.
import { existsSync, readFileSync } from 'node:fs'
import { fallbackChain } from './words.ts'

export type Group = 'people' | 'places' | 'trade' | 'text' | 'common'

/** Lists of one group of one locale, those it has of its own. Numbers and lists of lists have readers of their own. */
export type ListFile = Readonly<Record<string, unknown>>

/** A list and the file that it stands in, where lists that belong to it entry by entry stand too. */
export type FoundList = { locale: string; file: ListFile; list: readonly string[] }

const files = new Map<string, ListFile>()

/** What a locale has of its own in a group; empty where that is nothing. */
export function listFile(locale: string, group: Group): ListFile {
  const key = `${locale}/${group}`
  const known = files.get(key)
  if (known !== undefined) return known
  const url = new URL(`lists/${key}.json`, import.meta.url)
  const read = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as ListFile) : {}
  files.set(key, read)
  return read
}

/** The list of the locale, else of its language, else the English one; an Error where none has it. */
export function findList(locale: string, group: Group, name: string): FoundList {
  const chain = group === 'common' ? ['base'] : fallbackChain(locale)
  for (const candidate of chain) {
    const file = listFile(candidate, group)
    const list = file[name]
    if (list !== undefined) return { locale: candidate, file, list: list as readonly string[] }
  }
  throw new Error(`no list ${name} in group ${group}`)
}

/** The words of `findList`, never empty and without repeats. */
export function listOf(locale: string, group: Group, name: string): readonly string[] {
  return findList(locale, group, name).list
}
