// From texts to a regular expression that matches texts like them, and that says nothing but their shape: how many
// letters and digits stand where, and the characters between them.

import { parseRegex } from '#engine/regex/parse.ts'
import { apartRuns, type DigitsSeen, digitsOf } from './apart.ts'
import { classOf, isCharacterClass, type Shape, shapesOf } from './text-shape.ts'

/** Fewer rows than this do not put a shape, or a character, into an expression. */
export const ROWS_TO_SHOW = 5

const SHAPES_KEPT = 8
const SHAPES_COUNTED = 1000
const SHARE_TO_MATCH = 0.9
/** Alternatives are repeated as often as their shares ask for, in so many parts. */
const PARTS = 10
const LONGEST_FIXED = 100
const LONGEST_LOOSE = 900

/** The letters behind `A` and `a`: all of them, or those of hexadecimal digits. */
type Letters = 'all' | 'hex'

/**
 * An expression for texts that begin with `prefix`: of the few shapes that 9 of 10 have, each about as often as they
 * have it; else position by position where all are as long; else of characters and lengths alone. Null where nothing
 * follows the prefix. With `apart` the texts are ids, all of them, and those of its shapes are not matched.
 */
export function inferRegex(
  texts: readonly string[],
  prefix = '',
  { apart = false }: { apart?: boolean } = {},
): string | null {
  const rests = prefix === '' ? texts : texts.map((text) => text.slice(prefix.length))
  if (!rests.some((text) => text !== '')) return null
  const seen = apart ? digitsOf(rests) : null
  for (const rest of [...regexesOfShapes(rests, seen), ...regexesOfCharacters(rests)]) {
    const whole = prefix === '' ? rest : `${escaped(prefix)}(${rest})`
    if ('node' in parseRegex(whole)) return whole
  }
  return null
}

function* regexesOfShapes(texts: readonly string[], seen: DigitsSeen | null): Generator<string> {
  const { shapes } = shapesOf(texts, SHAPES_COUNTED)
  const kept = shapes
    .filter((shape) => shape.rows >= ROWS_TO_SHOW && !isMixed(shape))
    .slice(0, SHAPES_KEPT)
  const rows = kept.reduce((sum, shape) => sum + shape.rows, 0)
  if (kept.length === 0 || rows < SHARE_TO_MATCH * texts.length) return
  const expression = (shape: Shape): string =>
    regexOfShape(shape, seen === null ? new Map() : apartRuns(shape, seen))
  const weighted = kept.flatMap((shape) => {
    const times = kept.length === 1 ? 1 : Math.max(1, Math.round((shape.rows / rows) * PARTS))
    return Array<string>(times).fill(expression(shape))
  })
  yield weighted.join('|')
  yield kept.map(expression).join('|')
}

const SHARE_BEYOND = 1.25

/** Whether letters and digits take turns at places that vary, as in random tokens: their runs say nothing then. */
function isMixed({ runs, shortest, longest, longestText }: Shape): boolean {
  const varies = runs.map((run, at) => isCharacterClass(run) && shortest[at] !== longest[at])
  const borders = varies.some((does, at) => does && varies[at + 1])
  return borders && longest.reduce((sum, length) => sum + length, 0) > SHARE_BEYOND * longestText
}

function regexOfShape(
  { runs, shortest, longest }: Shape,
  others: ReadonlyMap<number, string>,
): string {
  const own = (run: string, at: number): string =>
    repeated(atomOf(run), shortest[at] as number, longest[at] as number)
  return runs.map((run, at) => others.get(at) ?? own(run, at)).join('')
}

const CLASSES = { A: '[A-Z]', a: '[a-z]', 9: '[0-9]' } as const

function atomOf(sign: string): string {
  return isCharacterClass(sign) ? CLASSES[sign] : escaped(sign)
}

function repeated(atom: string, least: number, most: number): string {
  if (least === most) return least === 1 ? atom : `${atom}{${least}}`
  return `${atom}{${least},${most}}`
}

/** The character by itself in an expression, in a class or outside. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}-]/g, (sign) => (sign === '-' ? '[-]' : `\\${sign}`))
}

function* regexesOfCharacters(texts: readonly string[]): Generator<string> {
  const lengths = texts.map((text) => Array.from(text).length)
  const least = lengths.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = lengths.reduce((a, b) => Math.max(a, b), 0)
  const letters = lettersOf(texts)
  if (least === most && most <= LONGEST_FIXED) yield regexOfPositions(texts, most, letters)
  const signs = classOfSigns(signsOf(texts.flatMap((text) => [...new Set(text)])), letters)
  yield repeated(signs, Math.min(least, LONGEST_LOOSE), Math.min(most, LONGEST_LOOSE))
}

const HEX_TEXTS = 50

/** Hexadecimal where enough texts have digits, and no letter beyond f. */
function lettersOf(texts: readonly string[]): Letters {
  const hex = /^[^A-Za-z]*(?:[a-f][^A-Za-z]*)*$|^[^A-Za-z]*(?:[A-F][^A-Za-z]*)*$/
  return texts.length >= HEX_TEXTS && texts.every((text) => hex.test(text) && /\d/.test(text))
    ? 'hex'
    : 'all'
}

/** Classes that occur, and other characters that enough rows have. */
function signsOf(characters: Iterable<string>): Set<string> {
  const rows = new Map<string, number>()
  for (const character of characters) {
    const sign = classOf(character)
    rows.set(sign, (rows.get(sign) ?? 0) + 1)
  }
  const shown = [...rows].filter(([sign, count]) => isCharacterClass(sign) || count >= ROWS_TO_SHOW)
  return new Set(shown.map(([sign]) => sign).sort())
}

function regexOfPositions(texts: readonly string[], length: number, letters: Letters): string {
  const columns = texts.map((text) => Array.from(text))
  const atoms: string[] = []
  const counts: number[] = []
  for (let at = 0; at < length; at++) {
    const atom = classOfSigns(signsOf(columns.map((column) => column[at] as string)), letters)
    if (atom === atoms.at(-1)) counts[atoms.length - 1] = (counts[atoms.length - 1] as number) + 1
    else {
      atoms.push(atom)
      counts.push(1)
    }
  }
  return atoms
    .map((atom, at) => repeated(atom, counts[at] as number, counts[at] as number))
    .join('')
}

const RANGES = {
  all: { A: 'A-Z', a: 'a-z', 9: '0-9' },
  hex: { A: 'A-F', a: 'a-f', 9: '0-9' },
} as const

function classOfSigns(signs: ReadonlySet<string>, letters: Letters): string {
  const ranges = [...signs].map((sign) =>
    isCharacterClass(sign) ? RANGES[letters][sign] : `\\${sign}`,
  )
  return ranges.length === 0 ? '[a-z]' : `[${ranges.join('')}]`
}
