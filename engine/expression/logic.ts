// Comparisons, and, or, not, in. A comparison with null is false; null counts as false in and, or, not.

import type { Kernel, NumberKernel } from '#engine/rules/kernel.ts'
import { isNull, textAt } from '#engine/rules/read.ts'
import { type Nulls, numberVector } from '#engine/rules/vector.ts'
import { isOfTime, momentLiteral } from './moment-literal.ts'
import { aligned, mapNumbers } from './numbers.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, type Building, isNumeric, isTemporal, type Typed, typed } from './typed.ts'

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

const SECONDS_PER_DAY = 86_400

type Loop = (out: Float64Array, a: Float64Array, b: Float64Array, n: number) => void

/** One loop each: a test handed in would be called once a row. */
const LOOPS: Record<Comparison, Loop> = {
  '==': (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i] === b[i] ? 1 : 0
  },
  '!=': (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = a[i] === b[i] ? 0 : 1
  },
  '<': (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i] as number) < (b[i] as number) ? 1 : 0
  },
  '<=': (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i] as number) <= (b[i] as number) ? 1 : 0
  },
  '>': (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i] as number) > (b[i] as number) ? 1 : 0
  },
  '>=': (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i] as number) >= (b[i] as number) ? 1 : 0
  },
}

const TEXT_TESTS: Record<Comparison, (a: string, b: string) => boolean> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** A boolean kernel that `run` fills after its operands; false where `nulls` says so. */
function boolean(
  capacity: number,
  operands: readonly Kernel[],
  run: (values: Float64Array, n: number) => void,
  nulls: readonly (Nulls | null)[] = [],
): NumberKernel {
  const vector = numberVector('bool', 0, capacity)
  const masks = nulls.filter((mask) => mask !== null)
  const { values } = vector
  return {
    vector,
    fill(rows) {
      for (const operand of operands) operand.fill(rows)
      run(values, rows.n)
      for (const mask of masks) {
        for (let i = 0; i < rows.n; i++) if (mask[i] === 1) values[i] = 0
      }
    },
  }
}

/** A boolean kernel from a test of entry i. */
function rowByRow(
  capacity: number,
  operands: readonly Kernel[],
  test: (i: number) => boolean,
): NumberKernel {
  return boolean(capacity, operands, (values, n) => {
    for (let i = 0; i < n; i++) values[i] = test(i) ? 1 : 0
  })
}

/** Whether the text passes a test; once per word where the vector draws from a list. */
function textTest(kernel: Kernel, capacity: number, test: (text: string) => boolean): NumberKernel {
  const { vector } = kernel
  if (vector.kind !== 'code') {
    return rowByRow(capacity, [kernel], (i) => !isNull(vector, i) && test(textAt(vector, i)))
  }
  const holds = Float64Array.from(vector.dictionary, (text) => (test(text) ? 1 : 0))
  const { codes } = vector
  const run = (values: Float64Array, n: number): void => {
    for (let i = 0; i < n; i++) values[i] = holds[codes[i] as number] as number
  }
  return boolean(capacity, [kernel], run, [vector.nulls])
}

function textComparison(comparison: Comparison, left: Typed, right: Typed): Typed {
  const test = TEXT_TESTS[comparison]
  return typed(left.at, 'bool', (building) => {
    const { capacity } = building.context
    const a = left.build(building, null)
    if (typeof right.literal === 'string') {
      const { literal } = right
      return textTest(a, capacity, (text) => test(text, literal))
    }
    const b = right.build(building, null)
    return rowByRow(
      capacity,
      [a, b],
      (i) =>
        !isNull(a.vector, i) &&
        !isNull(b.vector, i) &&
        test(textAt(a.vector, i), textAt(b.vector, i)),
    )
  })
}

/** Seconds of a date, so that dates and times compare. */
function inSeconds(kernel: NumberKernel, capacity: number): NumberKernel {
  if (kernel.vector.type !== 'date') return kernel
  const shape = { type: 'datetime', scale: 0 } as const
  return mapNumbers(capacity, shape, [kernel], (days) => days * SECONDS_PER_DAY)
}

function numberComparison(comparison: Comparison, left: Typed, right: Typed): Typed {
  return typed(left.at, 'bool', (building) => {
    const { capacity } = building.context
    const x = inSeconds(asNumbers(left.build(building, null)), capacity)
    const y = inSeconds(asNumbers(right.build(building, null)), capacity)
    const [a, b] = isNumeric(left.kind) ? aligned(x, y, capacity) : [x, y]
    const loop = LOOPS[comparison]
    const run = (values: Float64Array, n: number): void =>
      loop(values, a.vector.values, b.vector.values, n)
    return boolean(capacity, [a, b], run, [a.vector.nulls, b.vector.nulls])
  })
}

/** `x == null` and `x != null` ask whether it is null: the comparison itself would always be false. */
function nullTest(operand: Typed, wantNull: boolean): Typed {
  return typed(operand.at, 'bool', (building) => {
    const kernel = operand.build(building, null)
    const { nulls } = kernel.vector
    return rowByRow(
      building.context.capacity,
      [kernel],
      (i) => (nulls !== null && nulls[i] === 1) === wantNull,
    )
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
  const equality = comparison === '==' || comparison === '!='
  if (right.kind === 'null' && equality) return nullTest(left, comparison === '==')
  if (left.kind === 'null' && equality) return nullTest(right, comparison === '==')
  if (left.kind === 'str' && right.kind === 'str') {
    return typeof left.literal === 'string'
      ? textComparison(FLIPPED[comparison], right, left)
      : textComparison(comparison, left, right)
  }
  if (isOfTime(left.kind) && right.kind === 'str') {
    const moment = momentLiteral(right, left.kind)
    if (moment) return numberComparison(comparison, left, moment)
  }
  if (left.kind === 'str' && isOfTime(right.kind)) {
    return compare(FLIPPED[comparison], right, left)
  }
  const alike =
    left.kind === right.kind ||
    (isNumeric(left.kind) && isNumeric(right.kind)) ||
    (isTemporal(left.kind) && isTemporal(right.kind))
  if (alike) return numberComparison(comparison, left, right)
  const message = `"${comparison}" does not compare ${left.kind} with ${right.kind}`
  const hint = isOfTime(left.kind) ? `Compare with a ${left.kind} written as text` : ''
  throw new ExpressionError(left.at, message, hint === '' ? {} : { hint })
}

/** ExpressionError unless it is boolean. */
export function requireBool(operand: Typed, place: string): void {
  if (operand.kind === 'bool' || operand.kind === 'null') return
  throw new ExpressionError(operand.at, `${place} needs true or false, not ${operand.kind}`)
}

/** A boolean without nulls: they count as false. */
function withoutNulls(kernel: NumberKernel, capacity: number): NumberKernel {
  const { nulls, values: own } = kernel.vector
  if (!nulls) return kernel
  const copy = (values: Float64Array, n: number): void => {
    for (let i = 0; i < n; i++) values[i] = own[i] as number
  }
  return boolean(capacity, [kernel], copy, [nulls])
}

/** `left and right`, `left or right`. */
export function connective(operator: 'and' | 'or', left: Typed, right: Typed): Typed {
  for (const operand of [left, right]) requireBool(operand, `"${operator}"`)
  return typed(left.at, 'bool', (building) => {
    const { capacity } = building.context
    const a = withoutNulls(asNumbers(left.build(building, null)), capacity)
    const b = withoutNulls(asNumbers(right.build(building, null)), capacity)
    const [x, y] = [a.vector.values, b.vector.values]
    const and = (values: Float64Array, n: number): void => {
      for (let i = 0; i < n; i++) values[i] = x[i] !== 0 && y[i] !== 0 ? 1 : 0
    }
    const or = (values: Float64Array, n: number): void => {
      for (let i = 0; i < n; i++) values[i] = x[i] !== 0 || y[i] !== 0 ? 1 : 0
    }
    return boolean(capacity, [a, b], operator === 'and' ? and : or)
  })
}

/** `not operand`. */
export function negation(operand: Typed): Typed {
  requireBool(operand, '"not"')
  return typed(operand.at, 'bool', (building) => {
    const { capacity } = building.context
    const kernel = withoutNulls(asNumbers(operand.build(building, null)), capacity)
    const own = kernel.vector.values
    return boolean(capacity, [kernel], (values, n) => {
      for (let i = 0; i < n; i++) values[i] = own[i] === 0 ? 1 : 0
    })
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
      return textTest(kernel, building.context.capacity, (text) => list.has(text))
    })
  }
  const same = builtOnce(left)
  const [first, ...rest] = items.map((item) => compare('==', same, item))
  if (!first) throw new ExpressionError(left.at, '"in" needs at least one item')
  return rest.reduce((sum, test) => connective('or', sum, test), first)
}
