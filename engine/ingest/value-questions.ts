// What values are asked one by one, of a long column only some of them: whether they say by themselves what they mean.

import type { Semantic } from '#engine/table/table.ts'
import { scanNumber } from './number-text.ts'
import { createNameCounter } from './person-names.ts'
import { meaningOf } from './semantic-checks.ts'
import { looksLikePerson, type Seen } from './semantics.ts'

/** Of a long column every so many values are asked what they mean. */
const ASKED_FIRST = 2000
const ASKED_EACH = 64

/** Whether the value that came as the so many-th is asked. */
export function isAsked(values: number): boolean {
  return values <= ASKED_FIRST || values % ASKED_EACH === 0
}

export type ValueQuestions = { ask(text: string): void; seen(): Seen }

export function createValueQuestions(): ValueQuestions {
  const meanings = new Map<Semantic, number>()
  const names = createNameCounter()
  const counts = { asked: 0, persons: 0, numbers: 0 }
  return {
    ask(text) {
      counts.asked++
      const meaning = meaningOf(text)
      if (meaning !== null) meanings.set(meaning, (meanings.get(meaning) ?? 0) + 1)
      if (scanNumber(text) >= 0) counts.numbers++
      else {
        if (looksLikePerson(text)) counts.persons++
        if (meaning === null) names.add(text)
      }
    },
    seen: () => ({ ...counts, meanings, names: names.seen() }),
  }
}
