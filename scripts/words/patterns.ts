// Patterns of @faker-js/faker in the notation of engine/data: `{list}`, `#` a digit, `?` a capital letter, `[ABC]` one
// of these characters, `<10-99>` a number.
import { entryOf, familyOf, strings } from './definition.ts'

/** Lists of other names than their module and entry. */
const LIST_NAMES: Readonly<Record<string, string>> = {
  'person.firstName': 'first_name',
  'person.first_name.female': 'first_name',
  'person.first_name.male': 'first_name',
  'person.lastName': 'last_name',
  'person.last_name.female': 'last_name',
  'person.last_name.male': 'last_name',
  'person.jobDescriptor': 'job_descriptor',
  'person.jobArea': 'job_area',
  'person.jobType': 'job_type',
  'location.city': 'city',
  'location.city_name': 'city',
  'location.state': 'state',
  'commerce.department': 'product_category',
  'commerce.product_name.adjective': 'product_adjective',
  'commerce.product_name.material': 'product_material',
  'commerce.product_name.product': 'product_noun',
}

/** Lists that every locale has, if only from its language or English. */
const EVERYWHERE = ['first_name', 'last_name', 'city', 'state', 'product_category']

export type Translated = { pattern: string; lists: Map<string, string[]> }

/** A pattern and the lists of its locale that it draws from; null where one of those is missing. */
export function translate(locale: string, source: string): Translated | null {
  const lists = new Map<string, string[]>()
  let complete = true
  const pattern = source
    .normalize('NFC')
    .replaceAll(/\{\{([^}(]+)(?:\(([^)]*)\))?\}\}/g, (_, name: string, given?: string) => {
      if (name === 'number.int') return numberOf(given ?? '{}')
      const key = LIST_NAMES[name] ?? name.replace('location.', '').replace('.', '_')
      if (EVERYWHERE.includes(key)) return `{${key}}`
      const found = listOf(locale, name)
      if (found.length === 0) complete = false
      lists.set(key, found)
      return `{${key}}`
    })
  return complete && !/[\p{Cc}]/u.test(pattern) ? { pattern, lists } : null
}

function numberOf(options: string): string {
  const { min = 0, max = 9 } = JSON.parse(options.replaceAll('\\"', '"')) as {
    min?: number
    max?: number
  }
  return `<${min}-${max}>`
}

function listOf(locale: string, name: string): string[] {
  const [module = '', entry = '', part] = name.split('.')
  const snake = entry.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  for (const candidate of familyOf(locale)) {
    const value = entryOf(candidate, module, snake)
    const list = strings(part === undefined ? value : (value as Record<string, unknown>)?.[part])
    if (list.length > 0) return list
  }
  return []
}

/** Numbers of buildings and flats: runs of `#` without a zero in front. */
export function withoutLeadingZeros(pattern: string): string {
  return pattern.replaceAll(/#+/g, (run) => {
    if (run.length === 1) return '<1-9>'
    return run.length === 2 ? '<10-99>' : `<100-999>${run.slice(3)}`
  })
}

/** Patterns that differ in one character only become one with a class there: thousands become a few. */
export function folded(patterns: readonly string[]): string[] {
  let cells = [...new Set(patterns)].map(
    (pattern): string[] => pattern.match(/\[[^\]]*\]|<[^>]*>|./gu) ?? [],
  )
  const width = Math.max(0, ...cells.map((cell) => cell.length))
  for (let at = width - 1; at >= 0; at--) {
    const groups = new Map<string, string[][]>()
    for (const cell of cells) {
      const key = JSON.stringify([cell.length, cell.toSpliced(at, 1, '')])
      groups.set(key, [...(groups.get(key) ?? []), cell])
    }
    cells = [...groups.values()].flatMap((group) => foldGroup(group, at))
  }
  return cells.map((cell) => cell.join(''))
}

function foldGroup(group: string[][], at: number): string[][] {
  const plain = group.filter((cell) => /^[A-Z0-9]$/.test(cell[at] ?? ''))
  const [first] = plain
  if (first === undefined || plain.length === 1) return group
  const letters = plain.map((cell) => cell[at] ?? '').toSorted()
  const rest = group.filter((cell) => !plain.includes(cell))
  return [first.toSpliced(at, 1, `[${letters.join('')}]`), ...rest]
}
