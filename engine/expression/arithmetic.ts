// + - * / % ** on numbers, dates and durations. Integers and decimals are exact.

import { AppError } from '#engine/errors.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import {
  divideLifted,
  divideRounded,
  multiplyRounded,
  pow10,
  roundHalfAway,
  TWO_POW_53,
} from '#engine/math/decimal.ts'
import { pow } from '#engine/math/elementary.ts'
import type { NumberKernel } from '#engine/rules/kernel.ts'
import {
  addAll,
  aligned,
  divideAll,
  type Loop,
  mapNumbers,
  multiplyAll,
  scaleOf,
  subtractAll,
  toFloat,
} from './numbers.ts'
import type { BinaryOperator } from './parse.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, isNumeric, isTemporal, type Typed, typed, wider } from './typed.ts'

/** Products keep at most this many digits after the point. */
const FINEST_SCALE = 12

export type ArithmeticOperator = Extract<BinaryOperator, '+' | '-' | '*' | '/' | '%' | '**'>

type Combine = (
  a: NumberKernel,
  b: NumberKernel,
  capacity: number,
  wanted: number | null,
) => NumberKernel

const isFloat = (a: NumberKernel, b: NumberKernel): boolean =>
  a.vector.type === 'float' || b.vector.type === 'float'

function exactProduct(x: number, y: number): number {
  const product = x * y
  if (Math.abs(product) <= TWO_POW_53) return product
  throw new AppError('generation_failed', `${x} times ${y} is too large for an exact decimal`)
}

const multiplyExactly: Loop = (out, a, b, n) => {
  for (let i = 0; i < n; i++) out[i] = exactProduct(a[i] as number, b[i] as number)
}

const multiply: Combine = (left, right, capacity, wanted) => {
  if (isFloat(left, right)) {
    const [a, b] = aligned(left, right, capacity)
    return mapNumbers(capacity, { ...a.vector, partial: true }, [a, b], { loop: multiplyAll })
  }
  const full = scaleOf(left) + scaleOf(right)
  const scale = Math.min(full, wanted ?? full, FINEST_SCALE)
  const type = scale === 0 ? 'int' : 'decimal'
  const drop = full - scale
  const loop: Loop =
    drop === 0
      ? multiplyExactly
      : (out, a, b, n) => {
          for (let i = 0; i < n; i++) {
            out[i] = multiplyRounded(a[i] as number, b[i] as number, drop)
          }
        }
  return mapNumbers(capacity, { type, scale }, [left, right], { loop })
}

const divide: Combine = (left, right, capacity, wanted) => {
  if (wanted === null || isFloat(left, right)) {
    const operands: [NumberKernel, NumberKernel] = [
      toFloat(left, capacity),
      toFloat(right, capacity),
    ]
    const shape = { type: 'float', scale: 0, partial: true } as const
    return mapNumbers(capacity, shape, operands, { loop: divideAll })
  }
  const lift = wanted + scaleOf(right) - scaleOf(left)
  const unit = lift < 0 ? pow10(-lift) : 1
  const type = wanted === 0 ? 'int' : 'decimal'
  return mapNumbers(capacity, { type, scale: wanted, partial: true }, [left, right], (x, y) => {
    if (y === 0) return Number.NaN
    return lift < 0 ? divideRounded(x, y * unit) : divideLifted(x, y, lift)
  })
}

function onAligned(loop: Loop, partial: boolean): Combine {
  return (left, right, capacity) => {
    const [a, b] = aligned(left, right, capacity)
    return mapNumbers(capacity, { ...a.vector, partial }, [a, b], { loop })
  }
}

const power: Combine = (left, right, capacity) => {
  const exact = left.vector.type === 'int' && right.vector.type === 'int'
  const operands: [NumberKernel, NumberKernel] = [toFloat(left, capacity), toFloat(right, capacity)]
  const type = exact ? 'int' : 'float'
  return mapNumbers(capacity, { type, scale: 0, partial: true }, operands, (x, y) => {
    const result = pow(x, y)
    return exact ? Math.trunc(result) : result
  })
}

const remainders: Loop = (out, a, b, n) => {
  for (let i = 0; i < n; i++) out[i] = (a[i] as number) % (b[i] as number)
}

const COMBINE: Record<ArithmeticOperator, Combine> = {
  '+': onAligned(addAll, false),
  '-': onAligned(subtractAll, false),
  '*': multiply,
  '/': divide,
  '%': onAligned(remainders, true),
  '**': power,
}

function numeric(operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  const whole = operator === '**' && !(typeof right.literal === 'number' && right.literal >= 0)
  const kind = operator === '/' || whole ? 'float' : wider(left.kind, right.kind)
  return typed(left.at, kind, (building, wanted) => {
    const { capacity } = building.context
    // A sum is rounded after it is made, a product or quotient while it is.
    const a = asNumbers(left.build(building, null))
    const b = asNumbers(right.build(building, null))
    return COMBINE[operator](
      kind === 'float' && whole ? toFloat(a, capacity) : a,
      b,
      capacity,
      wanted,
    )
  })
}

/** Days become seconds unless the result stays a date. */
function inUnit(kernel: NumberKernel, asDays: boolean, capacity: number): NumberKernel {
  const { type } = kernel.vector
  if (asDays && type === 'duration') {
    return mapNumbers(capacity, { type, scale: 0 }, [kernel], (x) =>
      Math.floor(x / SECONDS_PER_DAY),
    )
  }
  if (!asDays && type === 'date') {
    return mapNumbers(capacity, { type, scale: 0 }, [kernel], (x) => x * SECONDS_PER_DAY)
  }
  return kernel
}

function temporal(
  operator: '+' | '-',
  left: Typed,
  right: Typed,
  kind: 'date' | 'datetime' | 'time' | 'duration',
  wholeDays: boolean,
): Typed {
  const asDays = kind === 'date'
  const build: Typed['build'] = (building) => {
    const { capacity } = building.context
    const a = inUnit(asNumbers(left.build(building, null)), asDays, capacity)
    const b = inUnit(asNumbers(right.build(building, null)), asDays, capacity)
    const moved = operator === '+' ? addAll : subtractAll
    const loop: Loop = (out, x, y, n) => {
      moved(out, x, y, n)
      if (kind !== 'time') return
      for (let i = 0; i < n; i++) out[i] = secondOfDay(out[i] as number)
    }
    return mapNumbers(capacity, { type: kind, scale: 0 }, [a, b], { loop })
  }
  return typed(left.at, kind, build, wholeDays)
}

const secondOfDay = (seconds: number): number =>
  seconds - Math.floor(seconds / SECONDS_PER_DAY) * SECONDS_PER_DAY

/** A time of day moved goes round at midnight; on a date it makes a moment. */
function timeSum(operator: '+' | '-', left: Typed, right: Typed): Typed | null {
  if (left.kind !== 'time') {
    const onDate = left.kind === 'date' && right.kind === 'time' && operator === '+'
    return onDate ? temporal('+', left, right, 'datetime', false) : null
  }
  if (right.kind === 'duration') return temporal(operator, left, right, 'time', false)
  if (right.kind === 'time' && operator === '-')
    return temporal('-', left, right, 'duration', false)
  return right.kind === 'date' ? timeSum(operator, right, left) : null
}

function temporalSum(operator: '+' | '-', left: Typed, right: Typed): Typed | null {
  const both = left.wholeDays && right.wholeDays
  if (left.kind === 'duration' && right.kind === 'duration') {
    return temporal(operator, left, right, 'duration', both)
  }
  if (isTemporal(left.kind) && right.kind === 'duration') {
    const kind = left.kind === 'date' && right.wholeDays ? 'date' : 'datetime'
    return temporal(operator, left, right, kind, false)
  }
  if (operator === '+' && left.kind === 'duration' && isTemporal(right.kind)) {
    return temporalSum('+', right, left)
  }
  if (operator === '-' && isTemporal(left.kind) && isTemporal(right.kind)) {
    const days = left.kind === 'date' && right.kind === 'date'
    return temporal('-', left, right, 'duration', days)
  }
  return null
}

/** A duration times or by a number, in whole seconds. */
function scaledDuration(operator: '*' | '/', span: Typed, factor: Typed): Typed {
  return typed(span.at, 'duration', (building) => {
    const { capacity } = building.context
    const a = asNumbers(span.build(building, null))
    const b = toFloat(asNumbers(factor.build(building, null)), capacity)
    const shape = { type: 'duration', scale: 0, partial: true } as const
    const operation =
      operator === '*'
        ? (x: number, y: number) => roundHalfAway(x * y)
        : (x: number, y: number) => roundHalfAway(x / y)
    return mapNumbers(capacity, shape, [a, b], operation)
  })
}

/** How often one duration goes into another. */
function durationRatio(left: Typed, right: Typed): Typed {
  return typed(left.at, 'float', (building) => {
    const a = asNumbers(left.build(building, null))
    const b = asNumbers(right.build(building, null))
    const shape = { type: 'float', scale: 0, partial: true } as const
    return mapNumbers(building.context.capacity, shape, [a, b], { loop: divideAll })
  })
}

function durationProduct(operator: '*' | '/', left: Typed, right: Typed): Typed | null {
  const [a, b] = [left.kind === 'duration', right.kind === 'duration']
  if (a && b) return operator === '/' ? durationRatio(left, right) : null
  if (a && isNumeric(right.kind)) return scaledDuration(operator, left, right)
  return b && operator === '*' && isNumeric(left.kind) ? scaledDuration('*', right, left) : null
}

/** `left operator right`; ExpressionError where the types do not go together. */
export function arithmetic(operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  if (isNumeric(left.kind) && isNumeric(right.kind)) return numeric(operator, left, right)
  const sum =
    operator === '+' || operator === '-'
      ? (temporalSum(operator, left, right) ?? timeSum(operator, left, right))
      : null
  const product =
    operator === '*' || operator === '/' ? durationProduct(operator, left, right) : null
  const result = sum ?? product
  if (result) return result
  const message = `"${operator}" does not go between ${left.kind} and ${right.kind}`
  throw new ExpressionError(left.at, message, hintFor(operator, left, right))
}

function hintFor(operator: ArithmeticOperator, left: Typed, right: Typed): { hint?: string } {
  if (left.kind === 'str' || right.kind === 'str') return { hint: 'Join text with concat(a, b)' }
  const additive = operator === '+' || operator === '-'
  if (additive && isTemporal(left.kind)) return { hint: `Write date ${operator} duration(days: 1)` }
  return {}
}

/** `-operand`. */
export function negative(operand: Typed): Typed {
  if (!isNumeric(operand.kind) && operand.kind !== 'duration') {
    throw new ExpressionError(operand.at, `"-" does not go before ${operand.kind}`)
  }
  const build: Typed['build'] = (building, wanted) => {
    const kernel = asNumbers(operand.build(building, wanted))
    return mapNumbers(building.context.capacity, kernel.vector, [kernel], (x) => 0 - x)
  }
  return typed(operand.at, operand.kind, build, operand.wholeDays)
}
