// Writes engine/data/lists/<locale>/<group>.json: what a locale has of its own, one line per list.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { entryOf, strings } from './definition.ts'
import { type Lists, peopleLists } from './people.ts'
import { placeLists } from './places.ts'
import { textLists, tradeLists } from './trade.ts'

export type WordFile = { first_name: string[]; last_name: string[]; city: string[] }

const FOLDER = new URL('../../engine/data/lists/', import.meta.url)

/** The lists of all locales, by the words that their word files hold; what was there before is removed. */
export async function writeLists(words: ReadonlyMap<string, WordFile>): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true })
  for (const [locale, file] of words) {
    const groups = {
      people: peopleLists(locale, file),
      places: placeLists(locale, file.city),
      trade: tradeLists(locale),
      text: textLists(locale),
    }
    for (const [group, lists] of Object.entries(groups)) await writeGroup(locale, group, lists)
  }
  await writeGroup('base', 'common', commonLists())
}

async function writeGroup(locale: string, group: string, lists: Lists): Promise<void> {
  const entries = Object.entries(lists).filter(([, list]) => list.length > 0)
  if (entries.length === 0) return
  const lines = entries.map(([key, list]) => `"${key}": ${JSON.stringify(list)}`)
  const folder = new URL(`${locale}/`, FOLDER)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${group}.json`, folder), `{\n${lines.join(',\n')}\n}\n`)
}

/** Lists of no language: time zones of the IANA database, media types with their file extensions. */
function commonLists(): Lists {
  const types = entryOf('base', 'system', 'mime_type') as Record<string, { extensions: string[] }>
  const media = Object.entries(types).filter(([, { extensions }]) => extensions.length > 0)
  return {
    timezone: strings(
      entryOf('base', 'location', 'time_zone') ?? entryOf('base', 'date', 'time_zone'),
    ),
    mime_type: media.map(([type]) => type),
    extension: media.map(([, { extensions }]) => extensions[0] ?? ''),
  }
}
