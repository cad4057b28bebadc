// Free text: whether texts are words in a row, and the rule that makes as many of them.

import type { GeneratedRule } from '#engine/models/prepare.ts'

const WORDS = /\p{L}[\p{L}\p{M}'’-]*/gu
/** Of texts this share has several words, of lengths that differ. */
const SHARE_OF_PROSE = 0.5
/** Of words this many different lengths are seen in prose. */
const LENGTHS_OF_PROSE = 4

const WORDS_OF_SENTENCE = 50
const WORDS_OF_LONG_SENTENCE = 14
const SENTENCES = 20

export function isProse(texts: readonly string[]): boolean {
  let several = 0
  const lengths = new Set<number>()
  for (const text of texts) {
    const words = text.match(WORDS)
    if (words === null || words.length < 2 || !/\s/u.test(text)) continue
    several++
    for (const word of words) lengths.add(word.length)
  }
  return several > SHARE_OF_PROSE * texts.length && lengths.size >= LENGTHS_OF_PROSE
}

/** Sentences, or paragraphs where texts are long, of about as many words; the twentieths at both ends are left out. */
export function proseRule(texts: readonly string[]): GeneratedRule {
  const counts = texts.map((text) => text.match(WORDS)?.length ?? 1).sort((a, b) => a - b)
  const at = (share: number): number =>
    Math.max(1, counts[Math.floor(share * (counts.length - 1))] as number)
  const [min, max] = [at(0.05), at(0.95)]
  if (max <= WORDS_OF_SENTENCE) return { type: 'sentence', words: { min, max } }
  const sentences = (words: number): number =>
    Math.min(SENTENCES, Math.max(1, Math.round(words / WORDS_OF_LONG_SENTENCE)))
  const words = Math.min(
    WORDS_OF_SENTENCE,
    Math.max(WORDS_OF_LONG_SENTENCE, Math.round(max / SENTENCES)),
  )
  return { type: 'paragraph', sentences: { min: sentences(min), max: sentences(max) }, words }
}
