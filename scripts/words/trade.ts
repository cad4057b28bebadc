// Lists about trade: companies and products; and words: plain ones, those of filler text, colours.
import { entryOf, stringsOf, tidy } from './definition.ts'
import { translate } from './patterns.ts'
import type { Lists } from './people.ts'

const LIST_MAX = 1500
const PATTERNS_MAX = 8

/** Lists of the group `trade`. */
export function tradeLists(locale: string): Lists {
  const product = (entryOf(locale, 'commerce', 'product_name') ?? {}) as Record<string, string[]>
  return {
    ...patternLists(locale, 'company', stringsOf(locale, 'company', 'name_pattern')),
    ...patternLists(locale, 'product', (product['pattern'] ?? []).map(productPattern)),
    product_category: tidy(stringsOf(locale, 'commerce', 'department'), LIST_MAX),
  }
}

function productPattern(pattern: string): string {
  return pattern
    .replace('{{commerce.productAdjective}}', '{{commerce.product_name.adjective}}')
    .replace('{{commerce.productMaterial}}', '{{commerce.product_name.material}}')
    .replace('{{commerce.product}}', '{{commerce.product_name.product}}')
}

/** The patterns that the locale can fill, under `name`, with the lists that fill them. */
export function patternLists(
  locale: string,
  name: string,
  sources: readonly string[],
  write = (pattern: string) => pattern,
): Lists {
  const found = sources.flatMap((source) => translate(locale, source) ?? []).slice(0, PATTERNS_MAX)
  const lists = found
    .flatMap((one) => [...one.lists])
    .map(([key, list]) => [key, tidy(list, LIST_MAX)])
  return found.length === 0
    ? {}
    : {
        [name]: tidyPatterns(found.map(({ pattern }) => write(pattern))),
        ...Object.fromEntries(lists),
      }
}

function tidyPatterns(patterns: string[]): string[] {
  return [...new Set(patterns.map((pattern) => pattern.replaceAll(/ {2,}/g, ' ')))]
}

/** Lists of the group `text`. */
export function textLists(locale: string): Lists {
  const kinds = ['noun', 'verb', 'adjective'].flatMap((kind) =>
    tidy(stringsOf(locale, 'word', kind), LIST_MAX / 3),
  )
  const plain = stringsOf(locale, 'lorem', 'word').map((one) => one.replace(/[.,;:]+$/, ''))
  const filler = tidy(plain, LIST_MAX)
  const word = tidy(kinds, LIST_MAX)
  return {
    word: word.length > 0 ? word : filler,
    lorem: filler.length > 0 ? filler : word,
    color: tidy(stringsOf(locale, 'color', 'human'), LIST_MAX),
  }
}
