// What the cells of one column give away about it, as far as they came by.

import { createLayoutSearch, type LayoutSearch } from './date-layouts.ts'
import { createDistinctCounter, type DistinctCounter } from './distinct-count.ts'
import { type WordKind, wordKind } from './field.ts'
import { createNumberSearch, type NumberSearch } from './number-search.ts'
import { ownText } from './own-text.ts'
import { wordsOf } from './semantics.ts'
import { createValueQuestions, isAsked, type ValueQuestions } from './value-questions.ts'

/** Other pairs, yes and no among them, stay words: rows that are sampled are spelled as the data is. */
const BOOLEAN = /^(?:true|false)$/i
const NAMED_AS_FLAG =
  /^(is|has|was|can|did|does|should)_|_(flag|bool|yn|ind)$|^(flag|active|enabled|deleted|churn(ed)?)$/
const NAMED_AS_DATE = /(^|_)(date|datum|day|dt|dob|birthday)$/
const EXAMPLES = 5

export type CellEvidence = {
  count: {
    cells: number
    nulls: number
    /** Neither null nor a word that may stand for it. */
    values: number
    /** Characters of all values. */
    length: number
    infinite: number
  }
  /** What all values can be so far; `isSpaced`: one of them has a space in it. */
  is: { numeric: boolean; dated: boolean; boolean: boolean; flag: boolean; spaced: boolean }
  words: Map<string, { kind: WordKind; times: number }>
  numbers: NumberSearch
  search: LayoutSearch
  distinct: DistinctCounter
  examples: Set<string>
  questions: ValueQuestions
  /** A cell that is not null. */
  addText(text: string): void
}

/** `distinctMax` values are counted one by one. */
export function createCellEvidence(name: string, distinctMax: number): CellEvidence {
  const named = wordsOf(name)
  const evidence = {
    count: { cells: 0, nulls: 0, values: 0, length: 0, infinite: 0 },
    is: {
      ...{ numeric: true, dated: true, boolean: true, spaced: false },
      flag: NAMED_AS_FLAG.test(named),
    },
    words: new Map<string, { kind: WordKind; times: number }>(),
    numbers: createNumberSearch(),
    search: createLayoutSearch(NAMED_AS_DATE.test(named)),
    distinct: createDistinctCounter(distinctMax),
    examples: new Set<string>(),
    questions: createValueQuestions(),
  }
  return { ...evidence, addText: (text) => addText(evidence, text) }
}

function addText(evidence: Omit<CellEvidence, 'addText'>, text: string): void {
  const { count, is, words, examples } = evidence
  const kind = wordKind(text)
  if (kind !== undefined) {
    const known = words.get(text)
    if (known === undefined) words.set(text, { kind, times: 1 })
    else known.times++
    return
  }
  count.values++
  count.length += text.length
  is.spaced ||= text.includes(' ')
  evidence.distinct.add(text)
  if (examples.size < EXAMPLES) examples.add(ownText(text))
  if (isAsked(count.values)) evidence.questions.ask(text)
  if (is.boolean) is.boolean = BOOLEAN.test(text)
  if (is.flag && text !== '0' && text !== '1') is.flag = false
  if (is.numeric) is.numeric = evidence.numbers.add(text)
  if (is.dated) is.dated = evidence.search.add(text)
}
