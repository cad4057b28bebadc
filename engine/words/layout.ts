// Patterns side by side: position k of every pattern draws its code from one dictionary, so that texts of different
// patterns are the same pieces. Fixed text beside a word is made part of the word where there are several patterns.
import type { Pattern } from './pattern.ts'

export type Layout = {
  /** One per position: the texts that any of the patterns has there; a position with one text is fixed. */
  readonly dictionaries: readonly (readonly string[])[]
  /** Pattern p at position k draws the codes `bases[p * positions + k]` and `counts[...]` - 1 more. */
  readonly bases: Int32Array
  readonly counts: Int32Array
  /** Texts of the patterns before this one; one more entry than patterns, the last is all of them. */
  readonly starts: Float64Array
}

type Cell = { words: readonly string[]; before: string; after: string }

const NOTHING: Cell = { words: [''], before: '', after: '' }

/** Lists with the fixed text beside them; the text in front of the first list goes with that. */
function cellsOf(pattern: Pattern): Cell[] {
  const cells: Cell[] = []
  let before = ''
  for (const token of pattern) {
    if (typeof token === 'string') before += token
    else {
      cells.push({ words: token, before, after: '' })
      before = ''
    }
  }
  const last = cells.at(-1)
  if (last === undefined) return [{ words: [before], before: '', after: '' }]
  last.after = before
  return cells
}

/** Of one pattern alone, fixed text is a position of its own: nothing is joined. */
function separateCells(pattern: Pattern): Cell[] {
  return pattern.map((token) => ({
    ...NOTHING,
    words: typeof token === 'string' ? [token] : token,
  }))
}

function createDictionary() {
  const texts: string[] = []
  const known = new Map<readonly string[], Map<string, number>>()
  return {
    texts,
    /** Where the cell's texts begin. */
    add({ words, before, after }: Cell): number {
      const places = known.get(words) ?? new Map<string, number>()
      known.set(words, places)
      const key = JSON.stringify([before, after])
      const place = places.get(key) ?? texts.length
      if (place === texts.length) for (const word of words) texts.push(before + word + after)
      places.set(key, place)
      return place
    },
  }
}

/** The layout of one pattern or more; their texts number less than 2^53. */
export function layoutOf(patterns: readonly Pattern[]): Layout {
  const split = patterns.length === 1 ? separateCells : cellsOf
  const rows = patterns.map(split)
  const positions = Math.max(...rows.map((cells) => cells.length))
  const dictionaries = Array.from({ length: positions }, createDictionary)
  const bases = new Int32Array(rows.length * positions)
  const counts = new Int32Array(rows.length * positions).fill(1)
  const starts = new Float64Array(rows.length + 1)
  rows.forEach((cells, p) => {
    let capacity = 1
    for (const [k, dictionary] of dictionaries.entries()) {
      const cell = cells[k] ?? NOTHING
      bases[p * positions + k] = dictionary.add(cell)
      counts[p * positions + k] = cell.words.length
      capacity *= cell.words.length
    }
    starts[p + 1] = (starts[p] as number) + capacity
  })
  return { dictionaries: dictionaries.map(({ texts }) => texts), bases, counts, starts }
}

/** How many texts the patterns make together. */
export function layoutCapacity({ starts }: Layout): number {
  return starts[starts.length - 1] as number
}

/** The pattern that text number `index` belongs to. */
export function patternAt(starts: Float64Array, index: number): number {
  let low = 0
  let high = starts.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] as number) <= index) low = middle
    else high = middle
  }
  return low
}

/** The codes of text number `draws[i]`, the last position counting fastest. */
export function decodeTexts(
  { bases, counts, starts }: Layout,
  codes: readonly Int32Array[],
  draws: Float64Array,
  n: number,
): void {
  const positions = codes.length
  for (let i = 0; i < n; i++) {
    const draw = draws[i] as number
    const p = starts.length === 2 ? 0 : patternAt(starts, draw)
    let rest = draw - (starts[p] as number)
    for (let k = positions - 1; k >= 0; k--) {
      const at = p * positions + k
      const count = counts[at] as number
      const quotient = Math.floor(rest / count)
      const column = codes[k] as Int32Array
      column[i] = (bases[at] as number) + rest - quotient * count
      rest = quotient
    }
  }
}
