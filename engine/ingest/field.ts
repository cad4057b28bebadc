// A column of an uploaded file: what it is, and how its values are written, so that a second reading finds them.

import type { Field } from '#engine/table/table.ts'
import type { NumberStyle } from './number-text.ts'

export type IngestField = Field & {
  /** How numbers are written. */
  numbers: NumberStyle
  /** Spellings that stand for null besides the empty cell. */
  nullWords: readonly string[]
}

/** Always null, but where the column's other words look alike. */
const NULL_WORDS = ['NA', 'N/A', 'n/a', 'null', 'NULL', 'Null', 'NaN', 'nan', '\\N', '#N/A', '<NA>']
/** Null in columns of numbers, dates and yes or no only; elsewhere a word as any other. */
const TYPED_NULL_WORDS = [
  '',
  '?',
  'None',
  'none',
  '-',
  '--',
  '.',
  'NIL',
  'nil',
  'n.a.',
  'N.A.',
  'unknown',
]
/** Not finite; null where the others are numbers. */
const INFINITE_WORDS = [
  'inf',
  '-inf',
  '+inf',
  'Inf',
  '-Inf',
  'INF',
  '-INF',
  'Infinity',
  '-Infinity',
]

export type WordKind = 'null' | 'typed-null' | 'infinite'

const KINDS: ReadonlyMap<string, WordKind> = new Map<string, WordKind>([
  ...NULL_WORDS.map((word) => [word, 'null'] as const),
  ...TYPED_NULL_WORDS.map((word) => [word, 'typed-null'] as const),
  ...INFINITE_WORDS.map((word) => [word, 'infinite'] as const),
])

const LENGTH_MAX = 9
const BEGINNINGS: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  [...KINDS.keys()].some((word) => word.charCodeAt(0) === byte),
)

/** Whether the text of these bytes may be such a word: most are told by length and first letter. */
export function mayBeWord(bytes: Uint8Array, from: number, to: number): boolean {
  return to === from || (to - from <= LENGTH_MAX && BEGINNINGS[bytes[from] as number] === true)
}

/** What this spelling may stand for; undefined for a value as any other. */
export function wordKind(text: string): WordKind | undefined {
  return text.length <= LENGTH_MAX ? KINDS.get(text) : undefined
}
