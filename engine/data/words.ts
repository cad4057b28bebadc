// The words that names, cities and phone numbers are made of, per locale: committed extracts, read once when first asked for.
import { readFileSync } from 'node:fs'
import { LOCALES } from './locale-names.ts'

export { LOCALES }

const LAST_RESORT = 'en'

/** Reserved by RFC 2606: mail to them reaches nobody. */
const SAFE_DOMAINS = ['example.com', 'example.org', 'example.net']

/**
 * Lists are never empty and hold no duplicates. `full_name` is a template over `{first_name}` and `{last_name}`
 * in the order of the locale. In phone patterns `#` is a digit and `!` one from 2 to 9.
 */
export type Words = {
  first_name: string[]
  last_name: string[]
  full_name: string
  city: string[]
  email_domains: string[]
  phone: { patterns: string[] }
}

type WordFile = {
  first_name?: string[]
  last_name?: string[]
  full_name?: string[]
  city?: string[]
  phone?: string[]
}

const files = new Map<string, WordFile>()
const cache = new Map<string, Words>()

/** The locale, its shorter forms, then English: `fr_CA`, `fr`, `en`. */
export function fallbackChain(locale: string): string[] {
  const parts = locale.split('_')
  const shorter = parts.map((_, i) => parts.slice(0, parts.length - i).join('_'))
  return [...new Set([...shorter, LAST_RESORT])].filter((name) => LOCALES.includes(name))
}

/** The words of a locale, missing lists taken from its fallback chain; an unknown locale reads as English. */
export function words(locale: string): Words {
  const known = cache.get(locale)
  if (known !== undefined) return known
  const chain = fallbackChain(locale)
  const loaded: Words = {
    first_name: listOf(chain, 'first_name'),
    last_name: listOf(chain, 'last_name'),
    full_name: listOf(chain, 'full_name')[0] ?? '{first_name} {last_name}',
    city: listOf(chain, 'city'),
    email_domains: SAFE_DOMAINS,
    phone: { patterns: listOf(chain, 'phone') },
  }
  if (LOCALES.includes(locale)) cache.set(locale, loaded)
  return loaded
}

function listOf(chain: readonly string[], key: keyof WordFile): string[] {
  for (const locale of chain) {
    const list = fileOf(locale)[key]
    if (list !== undefined && list.length > 0) return list
  }
  return []
}

function fileOf(locale: string): WordFile {
  const known = files.get(locale)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`locales/${locale}.json`, import.meta.url), 'utf8')
  const parsed = JSON.parse(text) as WordFile
  files.set(locale, parsed)
  return parsed
}
