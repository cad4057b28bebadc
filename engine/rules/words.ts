// first_name, last_name, city and full_name: draws from a locale's lists.

import type { Words } from '#engine/data/words.ts'
import { delimited } from '#engine/words/pattern.ts'
import { distinctTexts } from './distinct.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { compileCityFrom } from './place.ts'
import { compileFullNameFrom, compileSexed } from './sexed.ts'
import { codeVector, type Piece } from './vector.ts'

/** Splits a name template into literals and the names of its slots. */
const NAME_SLOT = /\{(first_name|last_name)\}/

export function compileWord(
  { type, locale, from }: RuleOf<'first_name' | 'last_name' | 'city'>,
  context: RuleContext,
): Kernel {
  if (from !== undefined && type === 'city') return compileCityFrom(locale, from, context)
  const name = type === 'first_name' || type === 'last_name' ? type : 'city'
  if (from !== undefined && name !== 'city') {
    return compileSexed({ type: name, locale }, from, context)
  }
  const vector = codeVector(distinctTexts(context.words(locale)[name]), context.capacity)
  const draw = createIndexDraw(context, vector.dictionary.length)
  return { vector, fill: (rows) => draw(vector.codes, rows) }
}

/** Fills two lists of codes from one draw over all pairs. */
export function fillPairs(
  first: Int32Array,
  last: Int32Array,
  draws: Float64Array,
  n: number,
  firstCount: number,
): void {
  for (let i = 0; i < n; i++) {
    const pair = draws[i] as number
    const high = Math.floor(pair / firstCount)
    first[i] = pair - high * firstCount
    last[i] = high
  }
}

/**
 * First and last names of a locale in its order, and the fixed text between them. `unique`: only names that show where
 * the first in order ends, so that two pairs never make the same text.
 */
export function fullNameLists(
  { first_name, last_name, full_name }: Pick<Words, 'first_name' | 'last_name' | 'full_name'>,
  unique: boolean,
): { parts: string[]; first: readonly string[]; last: readonly string[] } {
  const parts = full_name.split(NAME_SLOT)
  const separator = parts[2] ?? ''
  const lists = { first: distinctTexts(first_name), last: distinctTexts(last_name) }
  if (!unique) return { parts, ...lists }
  if (separator !== '') {
    const without = (list: readonly string[]) => list.filter((name) => !name.includes(separator))
    const [first, last] = [without(lists.first), without(lists.last)]
    if (first.length > 0 && last.length > 0) return { parts, first, last }
  }
  const front = parts[1] === 'first_name' ? 'first' : 'last'
  const next = separator === '' ? lists[front] : separator
  return { parts, ...lists, [front]: delimited(lists[front], next) }
}

export function compileFullName(rule: RuleOf<'full_name'>, context: RuleContext): Kernel {
  const lists = fullNameLists(context.words(rule.locale), context.unique)
  const { parts } = lists
  if (rule.from !== undefined) return compileFullNameFrom(rule.locale, parts, rule.from, context)
  const first = codeVector(lists.first, context.capacity)
  const last = codeVector(lists.last, context.capacity)
  const firstCount = first.dictionary.length
  const draw = createIndexDraw(context, firstCount * last.dictionary.length)
  const draws = new Float64Array(context.capacity)
  const slots = {
    first_name: { kind: 'code', dictionary: first.dictionary, codes: first.codes },
    last_name: { kind: 'code', dictionary: last.dictionary, codes: last.codes },
  } as const
  const pieces = parts.flatMap((text): Piece[] => {
    if (text === 'first_name' || text === 'last_name') return [slots[text]]
    return text === '' ? [] : [{ kind: 'literal', text }]
  })
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill(rows) {
      draw(draws, rows)
      fillPairs(first.codes, last.codes, draws, rows.n, firstCount)
    },
  }
}
