// What one column is, found out from its cells as they pass.

import type { Semantic } from '#engine/table/table.ts'
import { createLayoutSearch, type LayoutSearch } from './date-layouts.ts'
import { createDistinctCounter, type DistinctCounter } from './distinct-count.ts'
import { type WordKind, wordKind } from './field.ts'
import { createNumberSearch, type NumberFit } from './number-search.ts'
import { scanNumber } from './number-text.ts'
import { ownText } from './own-text.ts'
import { createNameCounter } from './person-names.ts'
import type { Cell } from './records.ts'
import { meaningOf } from './semantic-checks.ts'
import { looksLikePerson, type Seen, wordsOf } from './semantics.ts'

/** Other pairs, yes and no among them, stay words: rows that are sampled are spelled as the data is. */
const BOOLEAN = /^(?:true|false)$/i
const NAMED_AS_FLAG =
  /^(is|has|was|can|did|does|should)_|_(flag|bool|yn|ind)$|^(flag|active|enabled|deleted|churn(ed)?)$/
const NAMED_AS_DATE = /(^|_)(date|datum|day|dt|dob|birthday)$/
const EXAMPLES = 5
/** Of a long column every so many values are asked what they mean. */
const ASKED_FIRST = 2000
const ASKED_EACH = 64

/** All that the decision needs; `infer-fields.ts` takes it. */
export type ColumnEvidence = {
  name: string
  cells: number
  nulls: number
  /** Words that may stand for null, with how often they came. */
  words: ReadonlyMap<string, { kind: WordKind; times: number }>
  /** Cells that are neither null nor such a word. */
  values: number
  numbers: readonly NumberFit[]
  infinite: number
  isBoolean: boolean
  /** Written 0 and 1, and named as yes or no is. */
  isFlag: boolean
  layouts: ReturnType<LayoutSearch['found']>
  distinct: DistinctCounter
  seen: Seen
  meanLength: number
  spaced: number
  examples: readonly string[]
}

export type ColumnInference = {
  add(cells: readonly Cell[], rows: number): void
  evidence(): ColumnEvidence
}

/** `distinctMax` values are counted one by one, of each column. */
export function createColumnInference(name: string, distinctMax: number): ColumnInference {
  const words = wordsOf(name)
  const seenWords = new Map<string, { kind: WordKind; times: number }>()
  const meanings = new Map<Semantic, number>()
  const seen = { asked: 0, meanings, persons: 0, numbers: 0 }
  const names = createNameCounter()
  const numbers = createNumberSearch()
  const distinct = createDistinctCounter(distinctMax)
  const search = createLayoutSearch(NAMED_AS_DATE.test(words))
  const examples = new Set<string>()
  const count = { cells: 0, nulls: 0, values: 0, length: 0, spaced: 0, infinite: 0 }
  const state = {
    numeric: true,
    dated: true,
    boolean: true,
    flag: NAMED_AS_FLAG.test(words),
    typed: false,
  }

  const addText = (text: string): void => {
    const kind = wordKind(text)
    if (kind !== undefined) {
      const known = seenWords.get(text)
      if (known === undefined) seenWords.set(text, { kind, times: 1 })
      else known.times++
      return
    }
    count.values++
    count.length += text.length
    if (text.includes(' ')) count.spaced++
    distinct.add(text)
    if (examples.size < EXAMPLES) examples.add(ownText(text))
    if (count.values <= ASKED_FIRST || count.values % ASKED_EACH === 0) ask(text)
    if (state.boolean) state.boolean = BOOLEAN.test(text)
    if (state.flag && text !== '0' && text !== '1') state.flag = false
    if (state.numeric) state.numeric = numbers.add(text)
    if (state.dated) state.dated = search.add(text)
  }
  const ask = (text: string): void => {
    seen.asked++
    const meaning = meaningOf(text)
    if (meaning !== null) meanings.set(meaning, (meanings.get(meaning) ?? 0) + 1)
    if (scanNumber(text) >= 0) seen.numbers++
    else {
      if (looksLikePerson(text)) seen.persons++
      if (meaning === null) names.add(text)
    }
  }
  const add = (cell: Cell): void => {
    count.cells++
    if (cell === null) count.nulls++
    else if (typeof cell === 'number' && !Number.isFinite(cell)) {
      count.nulls++
      if (!Number.isNaN(cell)) count.infinite++
    } else {
      if (typeof cell === 'number') {
        state.flag = false
        state.typed = true
      }
      addText(String(cell))
    }
  }
  return {
    add(cells, rows) {
      for (let row = 0; row < rows; row++) add(cells[row] ?? null)
    },
    evidence: () => ({
      ...{ name, cells: count.cells, nulls: count.nulls, words: seenWords, values: count.values },
      // Numbers of a file that has them as such are written in one way only.
      numbers: numbers.found().filter(({ style }) => !state.typed || style === 'plain'),
      infinite: count.infinite,
      ...{ isBoolean: state.boolean && count.values > 0, isFlag: state.flag && count.values > 0 },
      ...{ layouts: state.dated && count.values > 0 ? search.found() : [], distinct },
      seen: { ...seen, names: names.seen() },
      meanLength: count.length / Math.max(1, count.values),
      spaced: count.spaced / Math.max(1, count.values),
      examples: [...examples],
    }),
  }
}
