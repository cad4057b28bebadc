// The number of a text among those of a layout whose words are sorted and, at each position of a pattern, equally long:
// what postcodes are. The opposite of `decodeTexts`.
import type { Layout } from './layout.ts'

/** Position of the text in sorted `words` from `base` on, -1 where it is not there. */
function place(words: readonly string[], base: number, count: number, text: string): number {
  let low = base
  let high = base + count
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle] as string) < text) low = middle + 1
    else high = middle
  }
  return low < base + count && words[low] === text ? low - base : -1
}

function matches({ dictionaries, bases, counts, starts }: Layout, p: number, text: string): number {
  const positions = dictionaries.length
  let at = 0
  let index = 0
  for (let k = 0; k < positions; k++) {
    const words = dictionaries[k] as readonly string[]
    const base = bases[p * positions + k] as number
    const count = counts[p * positions + k] as number
    const { length } = words[base] as string
    const found = place(words, base, count, text.slice(at, at + length))
    if (found < 0) return -1
    index = index * count + found
    at += length
  }
  return at === text.length ? (starts[p] as number) + index : -1
}

/** Finds texts; -1 for one that no pattern makes. */
export function createTextIndex(layout: Layout): (text: string) => number {
  const { dictionaries, bases, counts, starts } = layout
  const byFirst = new Map<string, number[]>()
  const [firsts = []] = dictionaries
  for (let p = 0; p + 1 < starts.length; p++) {
    const base = bases[p * dictionaries.length] as number
    const count = counts[p * dictionaries.length] as number
    for (const letter of new Set(firsts.slice(base, base + count).map((word) => word[0] ?? ''))) {
      byFirst.set(letter, [...(byFirst.get(letter) ?? []), p])
    }
  }
  return (text) => {
    for (const p of byFirst.get(text[0] ?? '') ?? []) {
      const index = matches(layout, p, text)
      if (index >= 0) return index
    }
    return -1
  }
}
