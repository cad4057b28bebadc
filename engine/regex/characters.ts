// Sets of characters, as sorted ranges of code points: what a class of a regular expression stands for.

/** Disjoint ranges in order, both ends included. */
export type Characters = readonly (readonly [from: number, to: number])[]

/** Printable ASCII: what `.`, negated classes and `\D`, `\W`, `\S` draw from. */
export const PRINTABLE: Characters = [[0x20, 0x7e]]

/** Halves of characters, which are no text alone. */
export const SURROGATES: Characters = [[0xd800, 0xdfff]]

const DIGIT: Characters = [[0x30, 0x39]]
const WORD: Characters = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const SPACE: Characters = [[0x20, 0x20]]

/** The classes that a backslash and a letter name. */
export const NAMED: Readonly<Record<string, Characters>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: except(PRINTABLE, DIGIT),
  W: except(PRINTABLE, WORD),
  S: except(PRINTABLE, SPACE),
}

/** Ranges in any order, overlapping or not, as a set. */
export function union(ranges: Characters): Characters {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** Characters of the first set that are not in the second. */
export function except(set: Characters, without: Characters): Characters {
  const rest: [number, number][] = []
  for (const [first, last] of set) {
    let from = first
    for (const [start, end] of without) {
      if (end < from || start > last) continue
      if (start > from) rest.push([from, start - 1])
      from = Math.max(from, end + 1)
    }
    if (from <= last) rest.push([from, last])
  }
  return rest
}

/** How many characters there are. */
export function sizeOf(set: Characters): number {
  return set.reduce((sum, [from, to]) => sum + to - from + 1, 0)
}

/** Each character as text, in order of code points. */
export function listOf(set: Characters): string[] {
  return set.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, k) => String.fromCodePoint(from + k)),
  )
}
