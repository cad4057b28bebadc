// The functions of expressions by name: how many arguments each takes, and what makes it.

import { choose, coalesce, extreme } from './choose.ts'
import {
  absolute,
  dateField,
  duration,
  randomRange,
  round,
  roundOneWay,
} from './number-functions.ts'
import { ExpressionError } from './problem.ts'
import { changeCase, concat, length, substring } from './text-functions.ts'
import type { Typed } from './typed.ts'

type Arguments = readonly [Typed, Typed, Typed, ...Typed[]]

type Entry = {
  readonly least: number
  readonly most: number
  /** Gets between `least` and `most` arguments; those beyond the given ones are undefined. */
  make(args: Arguments): Typed
}

const exactly = (count: number, make: Entry['make']): Entry => ({
  least: count,
  most: count,
  make,
})

const atLeast = (least: number, make: Entry['make']): Entry => ({
  least,
  most: Number.POSITIVE_INFINITY,
  make,
})

const FUNCTIONS = new Map<string, Entry>([
  ['if', exactly(3, ([condition, then, otherwise]) => choose(condition, then, otherwise))],
  ['coalesce', atLeast(1, coalesce)],
  ['concat', atLeast(1, concat)],
  ['upper', exactly(1, ([text]) => changeCase('upper', text))],
  ['lower', exactly(1, ([text]) => changeCase('lower', text))],
  ['length', exactly(1, ([text]) => length(text))],
  [
    'substr',
    { least: 2, most: 3, make: ([text, from, size]) => substring(text, from, size ?? null) },
  ],
  ['round', { least: 1, most: 2, make: ([x, digits]) => round(x, digits ?? null) }],
  ['floor', exactly(1, ([x]) => roundOneWay('floor', x))],
  ['ceil', exactly(1, ([x]) => roundOneWay('ceil', x))],
  ['abs', exactly(1, ([x]) => absolute(x))],
  ['min', atLeast(2, (args) => extreme('min', args))],
  ['max', atLeast(2, (args) => extreme('max', args))],
  ['year', exactly(1, ([date]) => dateField('year', date))],
  ['month', exactly(1, ([date]) => dateField('month', date))],
  ['day', exactly(1, ([date]) => dateField('day', date))],
  ['range', exactly(2, ([low, high]) => randomRange(low, high))],
])

/** The names of all functions. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys(), 'duration']

/** A call; ExpressionError for an unknown name or wrong arguments. */
export function callFunction(
  at: number,
  name: string,
  args: readonly Typed[],
  named: readonly { name: string; value: Typed }[],
): Typed {
  if (name === 'duration' && args.length === 0) return duration(at, named)
  const entry = FUNCTIONS.get(name)
  if (!entry) {
    const hint = name === 'duration' ? 'duration(days: 1)' : FUNCTION_NAMES.join(', ')
    const what = name === 'duration' ? 'duration names its unit' : `no function ${name}; there are`
    throw new ExpressionError(at, `${what}: ${hint}`)
  }
  if (named.length > 0) throw new ExpressionError(at, `${name}(...) takes no named arguments`)
  if (args.length < entry.least || args.length > entry.most) {
    const range = entry.least === entry.most ? `${entry.least}` : `at least ${entry.least}`
    throw new ExpressionError(at, `${name}(...) takes ${range} arguments, not ${args.length}`)
  }
  return entry.make(args as unknown as Arguments)
}
