// Rules that draw from one list of a locale, and pairs of lists whose entries belong together.

import type { FromColumns, ListRuleName } from '#engine/config/word-rules.ts'
import { findList, type Group, listOf } from '#engine/data/lists.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { createLookup, positionIn } from './lookup.ts'
import { compileSexed } from './sexed.ts'
import { codeVector } from './vector.ts'

const GROUPS: Readonly<Record<ListRuleName, Group>> = {
  prefix: 'people',
  department: 'people',
  product_category: 'trade',
  country: 'places',
  country_code: 'places',
  timezone: 'common',
  color: 'text',
  word: 'text',
  mime_type: 'common',
}

/** The words of a list rule, each once. */
export function ruleWords(rule: ListRuleName, locale: string): readonly string[] {
  if (rule === 'country_code') return countriesOf(locale).codes
  return listOf(locale, GROUPS[rule], rule)
}

/** Countries by name and code, entry by entry. */
function countriesOf(locale: string): { names: readonly string[]; codes: readonly string[] } {
  const { file, list } = findList(locale, 'places', 'country')
  return { names: list, codes: file['country_code'] as readonly string[] }
}

/** For each value of a column the entry of `out` that stands where it stands in `given`; a drawn one for others. */
function paired(
  out: readonly string[],
  given: readonly string[],
  column: string,
  context: RuleContext,
): Kernel {
  const vector = codeVector(out, context.capacity)
  const position = createLookup(context.vector(column), positionIn(given), -1)
  const draw = createIndexDraw(context, out.length)
  const { codes } = vector
  return {
    vector,
    fill(rows) {
      draw(codes, rows)
      for (let i = 0; i < rows.n; i++) {
        const found = position(i)
        if (found >= 0) codes[i] = found
      }
    },
  }
}

function compileFrom(
  { type, locale }: RuleOf<ListRuleName>,
  from: FromColumns,
  context: RuleContext,
): Kernel | null {
  if (type === 'prefix') return compileSexed({ type, locale }, from, context)
  const { names, codes } = countriesOf(locale)
  if (type === 'country' && from.country_code !== undefined) {
    return paired(names, codes, from.country_code, context)
  }
  if (type === 'country_code' && from.country !== undefined) {
    return paired(codes, names, from.country, context)
  }
  return null
}

export function compileListRule(rule: RuleOf<ListRuleName>, context: RuleContext): Kernel {
  const agreeing = rule.from === undefined ? null : compileFrom(rule, rule.from, context)
  if (agreeing !== null) return agreeing
  const vector = codeVector(ruleWords(rule.type, rule.locale), context.capacity)
  const draw = createIndexDraw(context, vector.dictionary.length)
  return { vector, fill: (rows) => draw(vector.codes, rows) }
}
