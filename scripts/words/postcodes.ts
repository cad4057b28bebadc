// Postcode patterns of a locale, and where they are known those of each of its states, in the notation of engine/data.
import { entryOf, stringsOf } from './definition.ts'
import { folded } from './patterns.ts'
import { REGIONS } from './postcode-regions.ts'

/** Where the source mixes several spellings of one code, or has the wrong number of digits. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ af_ZA: '####', en_ZA: '####', zu_ZA: '####', en_NG: '######', en: '#####' },
  ...{ ar: '#####', cs_CZ: '<100-799> ##', sk: '<810-999> ##', he: '#######', ko: '#####' },
  ...{ nb_NO: '####', lv: 'LV-####', th: '<10-96>###', en_GH: '[ABCEGHNUVW]?-###-####' },
}

const ALPHANUMERIC = '[0123456789ACDEFHKNPRTVWXY]'

/** The locale whose postcodes are its language's. */
const USES_LANGUAGE = 'en_US'

/** Patterns of a locale without repeats; empty where it has none of its own. */
export function postcodePatterns(locale: string): string[] {
  if (locale === USES_LANGUAGE) return []
  const spelled = SPELLED[locale]
  if (spelled !== undefined) return [spelled]
  const patterns = stringsOf(locale, 'location', 'postcode').map((one) =>
    one.replaceAll('*', ALPHANUMERIC),
  )
  return folded(patterns)
}

/** Patterns of each state, in the order of the states; null where it is not known which belong where. */
export function statePostcodes(
  locale: string,
  states: readonly string[],
  abbreviations: readonly string[],
): string[][] | null {
  const source = locale === 'en' ? 'en_US' : locale === 'fr_CA' ? 'en_CA' : locale
  const known = (entryOf(source, 'location', 'postcode_by_state') ?? {}) as Record<
    string,
    string | string[]
  >
  const regions = REGIONS[locale]
  const patterns = states.map((state, i) => {
    const written =
      known[OTHER_ABBREVIATIONS[abbreviations[i] ?? ''] ?? abbreviations[i] ?? ''] ?? []
    const own = regions?.[state]
    if (own !== undefined)
      return folded(own.split(' ').flatMap((range) => regionPatterns(locale, range)))
    return folded([written].flat().flatMap(sourcePatterns))
  })
  return patterns.length > 0 && patterns.every((list) => list.length > 0) ? patterns : null
}

const OTHER_ABBREVIATIONS: Readonly<Record<string, string>> = { YK: 'YT' }

/** Letters that British codes end in. */
const INWARD = '[ABDEFGHJLNPQRSTUWXYZ]'

function regionPatterns(locale: string, range: string): string[] {
  if (locale === 'en_GB') return [`${range}<1-9> #${INWARD}${INWARD}`]
  if (locale.endsWith('_CA')) return [`${range} #[ABCEGHJKLMNPRSTVWXYZ]#`]
  if (locale === 'pt_BR') return rangePatterns(range).map((pattern) => `${pattern}-###`)
  if (/^\d\d$/.test(range)) return [`${range}###`]
  return /^\d\d-\d\d$/.test(range) ? [`<${range}>###`] : rangePatterns(range)
}

function sourcePatterns(text: string): string[] {
  const range = /^(0*)\{\{number\.int\(\{"min": ?(\d+), ?"max": ?(\d+)\}\)\}\}$/.exec(text)
  if (range !== null) return rangePatterns(`${range[1]}${range[2]}-${range[1]}${range[3]}`)
  const expression = /^\{\{helpers\.fromRegExp\((.*)\)\}\}$/.exec(text)?.[1]
  if (expression === undefined) return /^\d+$/.test(text) ? [text] : []
  return [
    expression.replaceAll('[0-9]', '#').replaceAll('[ABCEGHJ-NPRSTVW-Z]', '[ABCEGHJKLMNPRSTVWXYZ]'),
  ]
}

/**
 * `35004-36925` as patterns whose numbers have three digits at most: `350<04-99>`, `<351-368>##`, `369<00-25>`. A range of
 * three digits or fewer stands for codes that begin so; anything else is a pattern already.
 */
function rangePatterns(range: string): string[] {
  const [, low = '', high = ''] = /^(\d+)-(\d+)$/.exec(range) ?? []
  if (low === '') return [range]
  const tail = low.length - 3
  if (tail <= 0) return [`<${low}-${high}>`]
  const [from, to] = [low.slice(0, 3), high.slice(0, 3)]
  const nines = '9'.repeat(tail)
  const zeros = '0'.repeat(tail)
  if (from === to) return [`${from}<${low.slice(3)}-${high.slice(3)}>`]
  const first = low.slice(3) === zeros ? Number(from) : Number(from) + 1
  const last = high.slice(3) === nines ? Number(to) : Number(to) - 1
  const pad = (value: number) => String(value).padStart(3, '0')
  return [
    ...(first === Number(from) ? [] : [`${from}<${low.slice(3)}-${nines}>`]),
    ...(first > last ? [] : [`<${pad(first)}-${pad(last)}>${'#'.repeat(tail)}`]),
    ...(last === Number(to) ? [] : [`${to}<${zeros}-${high.slice(3)}>`]),
  ]
}
