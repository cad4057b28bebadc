// first_name, last_name, city and full_name: draws from a locale's lists.

import { AppError } from '#engine/errors.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { codeVector, type Piece } from './vector.ts'

/** Splits a name template into literals and the names of its slots. */
const NAME_SLOT = /\{(first_name|last_name)\}/

type ListRule = RuleOf<'first_name' | 'last_name' | 'city'>

export function compileWord(rule: ListRule, context: RuleContext): Kernel {
  const lists = context.words(rule.locale)
  const list = lists[rule.type as 'first_name' | 'last_name' | 'city']
  const vector = codeVector([...new Set(list)], context.capacity)
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

/** Names between which the separator shows where one ends: two pairs then never make the same text. */
function unambiguous(
  list: readonly string[],
  separator: string,
  { column }: RuleContext,
): string[] {
  const names = separator === '' ? [] : list.filter((name) => !name.includes(separator))
  if (names.length > 0) return [...new Set(names)]
  throw new AppError('unsupported', `column ${column.name}: full names of its locale may repeat`)
}

export function compileFullName(rule: RuleOf<'full_name'>, context: RuleContext): Kernel {
  const lists = context.words(rule.locale)
  const parts = lists.full_name.split(NAME_SLOT)
  const names = (list: readonly string[]) =>
    context.unique ? unambiguous(list, parts[2] ?? '', context) : [...new Set(list)]
  const first = codeVector(names(lists.first_name), context.capacity)
  const last = codeVector(names(lists.last_name), context.capacity)
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
