// min_length and max_length: texts are kept within their column's bounds. Words out of a list give way to others of
// it that fit, drawn texts are drawn again, and in the end free text is cut or filled up with words. What is structured
// (an address, a number) is never cut.

import type { Rule } from '#engine/config/types.ts'
import { PLAIN_WORDS } from '#engine/data/plain-words.ts'
import { AppError } from '#engine/errors.ts'
import { FILL_DRAW } from '#engine/random/draws.ts'
import type { Rows } from '#engine/rows.ts'
import type { Kernel, RuleContext } from './kernel.ts'
import { isNull, textAt } from './read.ts'
import { type Lengths, lengthOf, lengthsOf } from './text-lengths.ts'
import type { CodeVector } from './vector.ts'

/** How often a text that does not fit is drawn again. */
const TRIES = 4

/** Rules whose text means nothing any more when a piece of it is missing. */
const STRUCTURED: ReadonlySet<string> = new Set(
  `email phone uuid regex pattern date datetime time username url domain ip ipv6 mac user_agent iban
  card_number swift bitcoin_address currency country_code postcode timezone color mime_type
  sequence`.split(/\s+/),
)

/** Rules that draw nothing of their own, so that asking again changes nothing. */
const DRAWS_NOTHING: ReadonlySet<string> = new Set(['constant', 'sequence', 'expression', 'custom'])

/** The bounds of a text column; null where it has none. */
export function boundsOf({ column }: Pick<RuleContext, 'column'>): Lengths | null {
  const { type, min_length, max_length } = column
  if (type !== 'str' || (min_length === undefined && max_length === undefined)) return null
  return { least: min_length ?? 0, most: max_length ?? Number.POSITIVE_INFINITY }
}

const fits = (length: number, { least, most }: Lengths): boolean =>
  least <= length && length <= most

function describe({ least, most }: Lengths): string {
  if (least === most) return `${least} characters`
  if (most === Number.POSITIVE_INFINITY) return `at least ${least} characters`
  return least === 0 ? `at most ${most} characters` : `${least} to ${most} characters`
}

/** Lengths of a rule's texts; sequences end with the table's rows. */
function lengthsOfRule(rule: Rule, kernel: Kernel, { rows }: RuleContext): Lengths | null {
  if (rule.type !== 'sequence') return lengthsOf(kernel.vector)
  const last = rule.start + rule.step * Math.max(rows - 1, 0)
  const sizes = [rule.start, last].map((number) => {
    const digits = String(Math.abs(number)).padStart(rule.pad, '0').length
    return lengthOf(rule.prefix) + digits + (number < 0 ? 1 : 0)
  })
  return { least: Math.min(...sizes), most: Math.max(...sizes) }
}

/** Words that do not fit become others that do; null where none does. */
function remapped(kernel: Kernel, vector: CodeVector, bounds: Lengths): Kernel | null {
  const good = vector.dictionary.filter((word) => fits(lengthOf(word), bounds))
  if (good.length === 0) return null
  const dictionary = vector.dictionary.map((word, code) =>
    fits(lengthOf(word), bounds) ? word : (good[code % good.length] as string),
  )
  return { ...kernel, vector: { ...vector, dictionary } }
}

/** The text cut, or filled up with words that a random word chooses. */
export function cutOrFill(text: string, { least, most }: Lengths, seed: number): string {
  let state = seed
  let filled = text
  let length = lengthOf(text)
  while (length < least) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const word = PLAIN_WORDS[(state >>> 8) % PLAIN_WORDS.length] as string
    filled += length === 0 ? word : ` ${word}`
    length = lengthOf(filled)
  }
  if (length <= most) return filled
  const cut = Array.from(filled).slice(0, most)
  if (cut.at(-1) !== ' ') return cut.join('')
  return cut.length > least ? cut.join('').trimEnd() : [...cut.slice(0, -1), 's'].join('')
}

type Spelled = { values: string[]; misses: number[] }

/** Rows, of those given, whose text does not fit; the others' texts are taken. */
function take(kernel: Kernel, rows: Iterable<number>, bounds: Lengths, values: string[]): number[] {
  const misses: number[] = []
  for (const i of rows) {
    const text = isNull(kernel.vector, i) ? '' : textAt(kernel.vector, i)
    values[i] = text
    if (!isNull(kernel.vector, i) && !fits(lengthOf(text), bounds)) misses.push(i)
  }
  return misses
}

function spell(kernels: readonly Kernel[], rows: Rows, bounds: Lengths, values: string[]): Spelled {
  let misses = Array.from({ length: rows.n }, (_, i) => i)
  for (const kernel of kernels) {
    if (misses.length === 0) break
    kernel.fill(rows)
    misses = take(kernel, misses, bounds, values)
  }
  return { values, misses }
}

function spelled(
  kernels: readonly [Kernel, ...Kernel[]],
  rule: Rule,
  bounds: Lengths,
  context: RuleContext,
): Kernel {
  const { column, capacity, random, stream } = context
  const values = new Array<string>(capacity).fill('')
  const { nulls } = kernels[0].vector
  return {
    vector: { kind: 'text', values, nulls },
    fill(rows) {
      const { misses } = spell(kernels, rows, bounds, values)
      const [first] = misses
      if (first === undefined) return
      if (STRUCTURED.has(rule.type)) {
        const text = `"${values[first]}" does not have ${describe(bounds)}`
        const message = `column ${column.name}: ${text}, and a ${rule.type} is not cut`
        throw new AppError('generation_failed', message)
      }
      const [seeds] = random.words(rows, { key: stream.key, draw: FILL_DRAW }, 0)
      for (const i of misses) {
        values[i] = cutOrFill(values[i] as string, bounds, seeds[i] as number)
      }
    },
  }
}

/**
 * The rule's kernel within the bounds of its column. References stay what they refer to. `again` compiles the rule once
 * more, with a place of its own to draw from. AppError `invalid_config` for a unique column whose texts may not fit.
 */
export function fitLength(
  rule: Rule,
  kernel: Kernel,
  again: () => Kernel,
  context: RuleContext,
): Kernel {
  const bounds = boundsOf(context)
  if (!bounds || rule.type === 'reference') return kernel
  const lengths = lengthsOfRule(rule, kernel, context)
  if (lengths && fits(lengths.least, bounds) && fits(lengths.most, bounds)) return kernel
  if (context.unique) {
    const has = lengths ? `has ${describe(lengths)}` : 'has any length'
    const message = `column ${context.column.name} is unique: its ${rule.type} ${has}, not ${describe(bounds)}`
    throw new AppError('invalid_config', message)
  }
  const { vector } = kernel
  const other = vector.kind === 'code' ? remapped(kernel, vector, bounds) : null
  if (other) return other
  const more = DRAWS_NOTHING.has(rule.type) ? [] : Array.from({ length: TRIES }, again)
  return spelled([kernel, ...more], rule, bounds, context)
}
