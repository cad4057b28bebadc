// Lists about people: which names are whose, prefixes, jobs, departments.
import { entryOf, sexesOf, stringsOf, tidy } from './definition.ts'
import { translate } from './patterns.ts'
import { DEPARTMENTS, SEXES } from './tables.ts'

export type Lists = Record<string, string | readonly (string | number | readonly string[])[]>

const LIST_MAX = 1500

/** Lists of the group `people`; `names` are those of the locale's word file, which sexes stand beside. */
export function peopleLists(
  locale: string,
  names: { first_name: string[]; last_name: string[] },
): Lists {
  const prefix = sexed(locale, 'prefix')
  return {
    first_name_sex: sexesOf(locale, 'first_name', names.first_name),
    last_name_sex: sexesOf(locale, 'last_name', names.last_name),
    prefix,
    prefix_sex: sexesOf(locale, 'prefix', prefix),
    gender: SEXES[locale] ?? [],
    department: DEPARTMENTS[locale]?.split(',') ?? [],
    ...jobs(locale),
  }
}

function sexed(locale: string, entry: string): string[] {
  const { generic, female, male } = (entryOf(locale, 'person', entry) ?? {}) as Record<
    string,
    string[] | undefined
  >
  return tidy([...(generic ?? []), ...(female ?? []), ...(male ?? [])], LIST_MAX)
}

/** Jobs as patterns where the locale has the parts of one, else titles or types as they stand. */
function jobs(locale: string): Lists {
  const sources = stringsOf(locale, 'person', 'job_title_pattern')
  const found = sources.flatMap((source) => translate(locale, source) ?? [])
  if (found.length > 0) {
    const lists = found.flatMap(({ lists }) => [...lists])
    return { job: found.map(({ pattern }) => pattern), ...Object.fromEntries(lists) }
  }
  const titles = [
    ...stringsOf(locale, 'person', 'job_title'),
    ...stringsOf(locale, 'person', 'job_type'),
  ]
  return titles.length === 0 ? {} : { job: ['{job_type}'], job_type: tidy(titles, LIST_MAX) }
}
