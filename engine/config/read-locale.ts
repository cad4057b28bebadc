// A locale as written: `en_US`, and `en-US` as the web writes it.
import { LOCALES } from '#engine/data/words.ts'
import { nameHint, quote, type Report } from './problem.ts'

/** Null where none is written or it is unknown; the report then says so. */
export function readLocale(value: unknown, path: string, report: Report): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') {
    report.problem(path, 'locale must be text', 'For example locale: en_US')
    return null
  }
  const wanted = value.trim().replaceAll('-', '_').toLowerCase()
  const found = LOCALES.find((locale) => locale.toLowerCase() === wanted)
  if (found !== undefined) return found
  const language = LOCALES.filter((locale) => locale.split('_')[0] === wanted.split('_')[0])
  const hint =
    language.length > 0 ? `Use one of ${language.join(', ')}.` : nameHint(wanted, LOCALES)
  report.problem(path, `There is no locale ${quote(value)}`, hint)
  return null
}
