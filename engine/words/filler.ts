// Filler text of a locale: its words, what joins them to sentences, and how many sentences begin differently.

import { findList } from '#engine/data/lists.ts'
import { upperCase } from '#engine/rules/letter-case.ts'

/** Between words, and at the end of a sentence, where it is not a space and a full stop. */
const MARKS: Readonly<Record<string, readonly [string, string]>> = {
  ...{ ja: ['', '。'], zh_CN: ['', '。'], zh_TW: ['', '。'], ur: [' ', '۔'], hy: [' ', '։'] },
}

/** Words that unique sentences draw from, so that their dictionaries stay small. */
const LEAD_WORDS_MAX = 300

/** `space` joins words and sentences, `stop` ends a sentence. */
export type Filler = { words: readonly string[]; space: string; stop: string }

const fillers = new Map<string, Filler>()

/** The filler text of a locale, made once. */
export function fillerOf(locale: string): Filler {
  const { locale: owner, list } = findList(locale, 'text', 'lorem')
  const [space, stop] = MARKS[owner] ?? [' ', '.']
  const filler = fillers.get(owner) ?? { words: list, space, stop }
  fillers.set(owner, filler)
  return filler
}

/** The word as a sentence begins with it. */
export function capitalized(word: string): string {
  const [first = ''] = word
  return upperCase(first) + word.slice(first.length)
}

/** Words that begin a unique text: a number below `capacity` is `digits` of them, in base `words.length`. */
export type Lead = { words: readonly string[]; digits: number; capacity: number }

/**
 * What tells texts apart whose first sentence has `least` words or more: as many of these as have less than 2^53
 * beginnings. Their words differ also where they begin a sentence, and show where they end. Of a locale that writes no
 * spaces there is one beginning, of no words.
 */
export function leadOf({ words, space, stop }: Filler, least: number): Lead {
  const known = new Map<string, string>()
  for (const word of words) {
    const first = capitalized(word)
    const isPlain = space !== '' && !word.includes(space) && !word.endsWith(stop)
    if (isPlain && !known.has(first)) known.set(first, word)
  }
  const distinct = [...known.values()].slice(0, LEAD_WORDS_MAX)
  const base = distinct.length
  let [digits, capacity] = [0, 1]
  while (base > 0 && digits < least && capacity * base <= Number.MAX_SAFE_INTEGER) {
    capacity *= base
    digits++
  }
  return { words: distinct, digits, capacity }
}
