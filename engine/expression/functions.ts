// The functions of expressions by name: how many arguments each takes, and what makes it.

import { nameHint } from '#engine/config/problem.ts'
import { choose, coalesce, extreme } from './choose.ts'
import { DATE_FIELDS, dateField, duration } from './date-functions.ts'
import { type CheckLaw, drawFrom, LAW_NAMES, type NamedArgument } from './draws.ts'
import { absolute, randomRange, round, roundOneWay } from './number-functions.ts'
import { ExpressionError } from './problem.ts'
import { changeCase, concat, length, pad, replace, substring } from './text-functions.ts'
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
  ['replace', exactly(3, ([text, from, to]) => replace(text, from, to))],
  ['pad', { least: 2, most: 3, make: ([text, width, fill]) => pad(text, width, fill ?? null) }],
  ...DATE_FIELDS.map((field) => [field, exactly(1, ([date]) => dateField(field, date))] as const),
  ['range', exactly(2, ([low, high]) => randomRange(low, high))],
])

/** The names of all functions but the distributions. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys(), 'duration']

const ALL_NAMES = [...FUNCTION_NAMES, ...LAW_NAMES]

function unknownFunction(at: number, name: string): ExpressionError {
  if (name === 'duration') {
    return new ExpressionError(at, 'duration names its units', { hint: 'Write duration(days: 1)' })
  }
  const hint = nameHint(name, ALL_NAMES)
  const all = hint.startsWith('Did') ? hint : `There are ${ALL_NAMES.join(', ')}.`
  return new ExpressionError(at, `no function ${name}`, { hint: all })
}

function countOf({ least, most }: Entry): string {
  if (least === most) return `${least} argument${least === 1 ? '' : 's'}`
  return most === Number.POSITIVE_INFINITY
    ? `at least ${least} arguments`
    : `${least} to ${most} arguments`
}

/** A call; ExpressionError for an unknown name or wrong arguments. */
export function callFunction(
  at: number,
  name: string,
  args: readonly Typed[],
  named: readonly NamedArgument[],
  checkLaw: CheckLaw,
): Typed {
  if (name === 'duration' && args.length === 0) return duration(at, named)
  const draw = drawFrom(at, name, args, named, checkLaw)
  if (draw) return draw
  const entry = FUNCTIONS.get(name)
  if (!entry) throw unknownFunction(at, name)
  if (named.length > 0) throw new ExpressionError(at, `${name}(...) takes no named arguments`)
  if (args.length < entry.least || args.length > entry.most) {
    throw new ExpressionError(at, `${name}(...) takes ${countOf(entry)}, not ${args.length}`)
  }
  return entry.make(args as unknown as Arguments)
}
