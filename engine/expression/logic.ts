// Comparisons, and, or, not, in. A comparison with null is false; null counts as false in and, or, not.

import { parseDatetime } from '#engine/math/calendar.ts'
import type { Kernel, NumberKernel } from '#engine/rules/kernel.ts'
import { isNull, textAt } from '#engine/rules/read.ts'
import type { Vector } from '#engine/rules/vector.ts'
import { aligned, derived, mapNumbers } from './numbers.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, type Building, isNumeric, isTemporal, type Typed, typed } from './typed.ts'

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

const BOOL = { type: 'bool', scale: 0 } as const
const SECONDS_PER_DAY = 86_400

const TESTS: Record<Comparison, (order: number) => boolean> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A boolean kernel from a test of entry i. */
function boolean(
  capacity: number,
  operands: readonly Kernel[],
  test: (i: number) => boolean,
): NumberKernel {
  const kernel = derived(capacity, { ...BOOL, nullable: false }, [], (values, _, n) => {
    for (let i = 0; i < n; i++) values[i] = test(i) ? 1 : 0
  })
  return {
    vector: kernel.vector,
    fill(rows) {
      for (const operand of operands) operand.fill(rows)
      kernel.fill(rows)
    },
  }
}

/** Whether entry i passes a test of its text; once per word where the vector draws from a list. */
function textTest(vector: Vector, test: (text: string) => boolean): (i: number) => boolean {
  if (vector.kind !== 'code') return (i) => !isNull(vector, i) && test(textAt(vector, i))
  const holds = vector.dictionary.map(test)
  return (i) => !isNull(vector, i) && (holds[vector.codes[i] as number] as boolean)
}

function textComparison(test: (order: number) => boolean, left: Typed, right: Typed): Typed {
  return typed(left.at, 'bool', (building) => {
    const { capacity } = building.context
    const a = left.build(building, null)
    if (typeof right.literal === 'string') {
      const { literal } = right
      return boolean(
        capacity,
        [a],
        textTest(a.vector, (text) => test(compareText(text, literal))),
      )
    }
    const b = right.build(building, null)
    return boolean(
      capacity,
      [a, b],
      (i) =>
        !isNull(a.vector, i) &&
        !isNull(b.vector, i) &&
        test(compareText(textAt(a.vector, i), textAt(b.vector, i))),
    )
  })
}

/** Seconds of a date, so that dates and times compare. */
function inSeconds(kernel: NumberKernel, capacity: number): NumberKernel {
  if (kernel.vector.type !== 'date') return kernel
  const shape = { type: 'datetime', scale: 0 } as const
  return mapNumbers(capacity, shape, [kernel], (days) => days * SECONDS_PER_DAY)
}

function numberComparison(test: (order: number) => boolean, left: Typed, right: Typed): Typed {
  return typed(left.at, 'bool', (building) => {
    const { capacity } = building.context
    const x = inSeconds(asNumbers(left.build(building, null)), capacity)
    const y = inSeconds(asNumbers(right.build(building, null)), capacity)
    const [a, b] = isNumeric(left.kind) ? aligned(x, y, capacity) : [x, y]
    const first = a.vector.values
    const second = b.vector.values
    const nullable = a.vector.nulls !== null || b.vector.nulls !== null
    return boolean(capacity, [a, b], (i) => {
      if (nullable && (isNull(a.vector, i) || isNull(b.vector, i))) return false
      return test((first[i] as number) - (second[i] as number))
    })
  })
}

/** `x == null` and `x != null` ask whether it is null: the comparison itself would always be false. */
function nullTest(operand: Typed, wantNull: boolean): Typed {
  return typed(operand.at, 'bool', (building) => {
    const kernel = operand.build(building, null)
    return boolean(
      building.context.capacity,
      [kernel],
      (i) => isNull(kernel.vector, i) === wantNull,
    )
  })
}

/** A date or time written as text beside one. */
function asTemporal(literal: Typed): Typed | null {
  const seconds = typeof literal.literal === 'string' ? parseDatetime(literal.literal) : null
  if (seconds === null) return null
  return typed(literal.at, 'datetime', ({ context }) => {
    const shape = { type: 'datetime', scale: 0, nullable: false } as const
    return derived(context.capacity, shape, [], (values, _, n) => values.fill(seconds, 0, n))
  })
}

const FLIPPED: Record<Comparison, Comparison> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/** `left comparison right`; ExpressionError where the types do not compare. */
export function compare(comparison: Comparison, left: Typed, right: Typed): Typed {
  const test = TESTS[comparison]
  const equality = comparison === '==' || comparison === '!='
  if (right.kind === 'null' && equality) return nullTest(left, comparison === '==')
  if (left.kind === 'null' && equality) return nullTest(right, comparison === '==')
  if (left.kind === 'str' && right.kind === 'str') {
    return typeof left.literal === 'string'
      ? textComparison(TESTS[FLIPPED[comparison]], right, left)
      : textComparison(test, left, right)
  }
  if (isTemporal(left.kind) && right.kind === 'str') {
    const date = asTemporal(right)
    if (date) return numberComparison(test, left, date)
  }
  if (left.kind === 'str' && isTemporal(right.kind)) {
    return compare(FLIPPED[comparison], right, left)
  }
  const alike =
    left.kind === right.kind ||
    (isNumeric(left.kind) && isNumeric(right.kind)) ||
    (isTemporal(left.kind) && isTemporal(right.kind))
  if (alike) return numberComparison(test, left, right)
  const message = `"${comparison}" does not compare ${left.kind} with ${right.kind}`
  throw new ExpressionError(left.at, message)
}

/** ExpressionError unless it is boolean. */
export function requireBool(operand: Typed, place: string): void {
  if (operand.kind === 'bool' || operand.kind === 'null') return
  throw new ExpressionError(operand.at, `${place} needs true or false, not ${operand.kind}`)
}

const isTrue = (kernel: NumberKernel, i: number): boolean =>
  kernel.vector.values[i] !== 0 && kernel.vector.nulls?.[i] !== 1

/** `left and right`, `left or right`. */
export function connective(operator: 'and' | 'or', left: Typed, right: Typed): Typed {
  for (const operand of [left, right]) requireBool(operand, `"${operator}"`)
  return typed(left.at, 'bool', (building) => {
    const a = asNumbers(left.build(building, null))
    const b = asNumbers(right.build(building, null))
    const test =
      operator === 'and'
        ? (i: number) => isTrue(a, i) && isTrue(b, i)
        : (i: number) => isTrue(a, i) || isTrue(b, i)
    return boolean(building.context.capacity, [a, b], test)
  })
}

/** `not operand`. */
export function negation(operand: Typed): Typed {
  requireBool(operand, '"not"')
  return typed(operand.at, 'bool', (building) => {
    const kernel = asNumbers(operand.build(building, null))
    return boolean(building.context.capacity, [kernel], (i) => !isTrue(kernel, i))
  })
}

/** The operand with one kernel however often it is used: a random draw in it stays one draw. */
function builtOnce(operand: Typed): Typed {
  const kernels = new WeakMap<Building, Kernel>()
  const build: Typed['build'] = (building) => {
    const kernel = kernels.get(building) ?? operand.build(building, null)
    kernels.set(building, kernel)
    return kernel
  }
  return { ...operand, build }
}

/** `left in [items]`: whether it equals one of them. */
export function membership(left: Typed, items: readonly Typed[]): Typed {
  const literals = items.map((item) => item.literal)
  if (left.kind === 'str' && literals.every((literal) => typeof literal === 'string')) {
    const list = new Set<unknown>(literals)
    return typed(left.at, 'bool', (building) => {
      const kernel = left.build(building, null)
      const test = textTest(kernel.vector, (text) => list.has(text))
      return boolean(building.context.capacity, [kernel], test)
    })
  }
  const same = builtOnce(left)
  const [first, ...rest] = items.map((item) => compare('==', same, item))
  if (!first) throw new ExpressionError(left.at, '"in" needs at least one item')
  return rest.reduce((sum, test) => connective('or', sum, test), first)
}
