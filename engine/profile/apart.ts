// Expressions for ids that match none of them. What is drawn from few combinations would meet real ones by chance.

import { isCharacterClass, runsOf, type Shape } from './text-shape.ts'

/** Rows that are likely drawn, times what makes one meeting unlikely. */
const DRAWS = 1e8
/** Digits that no id has at a place are told only of so many ids, and where at least so many are left. */
const IDS_TO_TELL = 50
const DIGITS_LEFT = 5

/** The digits of ids at each place of each run, by shape and run. */
export type DigitsSeen = ReadonlyMap<string, readonly (readonly Set<string>[])[]>

const keyOf = (runs: readonly string[]): string => runs.join('')

/** Of all texts, not of a sample: one that is overlooked may be met. */
export function digitsOf(texts: Iterable<string>): DigitsSeen {
  const seen = new Map<string, Set<string>[][]>()
  for (const text of texts) {
    const { runs, lengths } = runsOf(text)
    const key = keyOf(runs)
    const places = seen.get(key) ?? runs.map((): Set<string>[] => [])
    seen.set(key, places)
    const characters = Array.from(text)
    let from = 0
    for (const [run, length] of lengths.entries()) {
      if (runs[run] === '9') addDigits(places[run] ?? [], characters.slice(from, from + length))
      from += length
    }
  }
  return seen
}

function addDigits(places: Set<string>[], digits: readonly string[]): void {
  for (const [at, digit] of digits.entries()) {
    const seen = places[at]
    if (seen === undefined) places[at] = new Set([digit])
    else seen.add(digit)
  }
}

/**
 * Runs of the shape in other expressions, by their number: a place has digits that no text has there, or the last run
 * of digits has one more than any. Empty where there are no digits, or so many combinations that none is met by chance.
 */
export function apartRuns(shape: Shape, seen: DigitsSeen): ReadonlyMap<number, string> {
  const { runs, shortest, longest, rows } = shape
  if (combinations(shape) > rows * DRAWS) return new Map()
  const places = seen.get(keyOf(runs)) ?? []
  const run = runs.lastIndexOf('9')
  if (run < 0) return new Map()
  for (const [number, digits] of rows < IDS_TO_TELL ? [] : places.entries()) {
    if (runs[number] !== '9' || shortest[number] !== longest[number]) continue
    for (const [at, taken] of digits.entries()) {
      const all = Array.from(at === 0 ? '123456789' : '0123456789')
      const left = all.filter((digit) => !taken.has(digit))
      if (left.length < DIGITS_LEFT) continue
      const after = (longest[number] as number) - at - 1
      return new Map([[number, `${digitsTimes(at)}[${left.join('')}]${digitsTimes(after)}`]])
    }
  }
  return new Map([[run, `[1-9]${digitsTimes(longest[run] as number)}`]])
}

const digitsTimes = (times: number): string =>
  times === 0 ? '' : times === 1 ? '[0-9]' : `[0-9]{${times}}`

function combinations({ runs, longest }: Shape): number {
  return runs.reduce((count, run, at) => {
    const kinds = run === '9' ? 10 : isCharacterClass(run) ? 26 : 1
    return count * kinds ** (longest[at] as number)
  }, 1)
}
