// Conditions over columns of the same row. A comparison with null is false; is_null asks for it.

import type { Condition, Operator, Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { Rows } from '#engine/rows.ts'
import { literalNumber } from './literal.ts'
import { textAt } from './read.ts'
import type { Mask } from './select.ts'
import type { NumberVector, Vector } from './vector.ts'

type Leaf = Extract<Condition, { column: string }>
type Test<T> = (value: T) => boolean

function listOf(value: Scalar | Scalar[]): Scalar[] {
  return Array.isArray(value) ? value : [value]
}

function ordered<T extends number | string>(operator: Operator, operands: T[]): Test<T> | null {
  const [a, b] = operands
  if (operator === 'in') return (value) => operands.includes(value)
  if (operator === 'not_in') return (value) => !operands.includes(value)
  if (a === undefined) return null
  switch (operator) {
    case '==':
      return (value) => value === a
    case '!=':
      return (value) => value !== a
    case '<':
      return (value) => value < a
    case '<=':
      return (value) => value <= a
    case '>':
      return (value) => value > a
    case '>=':
      return (value) => value >= a
    case 'between':
      return b === undefined ? null : (value) => value >= a && value <= b
    default:
      return null
  }
}

/** A regular expression; null where the text is none. */
function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text, 'u')
  } catch {
    return null
  }
}

function textTest(operator: Operator, operands: string[]): Test<string> | null {
  const [operand = ''] = operands
  switch (operator) {
    case 'contains':
      return (value) => value.includes(operand)
    case 'starts_with':
      return (value) => value.startsWith(operand)
    case 'ends_with':
      return (value) => value.endsWith(operand)
    case 'matches': {
      const pattern = patternOf(operand)
      return pattern && ((value) => pattern.test(value))
    }
    default:
      return ordered(operator, operands)
  }
}

function fits<T>(test: Test<T> | null, leaf: Leaf): Test<T> {
  if (test) return test
  throw new AppError(
    'invalid_config',
    `condition on ${leaf.column}: bad value for ${leaf.operator}`,
  )
}

/** Sets the mask where the first n entries hold, nulls left aside. */
type Fill = (mask: Uint8Array, n: number) => void

/** Comparisons with one number, a loop each: which way they go is arithmetic. */
const COMPARISONS: Partial<Record<Operator, (values: Float64Array, operand: number) => Fill>> = {
  '==': (values, operand) => (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number((values[i] as number) === operand) | 0
  },
  '!=': (values, operand) => (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number((values[i] as number) !== operand) | 0
  },
  '<': (values, operand) => (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number((values[i] as number) < operand) | 0
  },
  '<=': (values, operand) => (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number((values[i] as number) <= operand) | 0
  },
  '>': (values, operand) => (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number((values[i] as number) > operand) | 0
  },
  '>=': (values, operand) => (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number((values[i] as number) >= operand) | 0
  },
}

const byTest =
  (test: (i: number) => boolean): Fill =>
  (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = Number(test(i)) | 0
  }

function numberFill(vector: NumberVector, leaf: Leaf): Fill {
  const operands = listOf(leaf.value).map((value) =>
    literalNumber(value, vector.type, vector.type === 'decimal' ? vector.scale : 0),
  )
  const numbers = operands.filter((value) => value !== null)
  const test = fits(ordered(leaf.operator, numbers), leaf)
  const compare = COMPARISONS[leaf.operator]
  const { values } = vector
  if (compare) return compare(values, numbers[0] as number)
  return byTest((i) => test(values[i] as number))
}

function valueFill(vector: Vector, leaf: Leaf): Fill {
  const textual = ['contains', 'starts_with', 'ends_with', 'matches'].includes(leaf.operator)
  if (vector.kind === 'number' && !textual) return numberFill(vector, leaf)
  const operands = listOf(leaf.value).filter((value) => value !== null)
  const test = fits(textTest(leaf.operator, operands.map(String)), leaf)
  if (vector.kind !== 'code') return byTest((i) => test(textAt(vector, i)))
  const { codes } = vector
  const holds = Uint8Array.from(vector.dictionary, (text) => Number(test(text)))
  return (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = holds[codes[i] as number] as number
  }
}

function nullMask(asked: 0 | 1, { nulls }: Vector): Fill {
  if (!nulls) return (mask, n) => mask.fill(1 - asked, 0, n)
  return (mask, n) => {
    for (let i = 0; i < n; i++) mask[i] = 1 - ((nulls[i] as number) ^ asked)
  }
}

function leafMask(leaf: Leaf, vector: Vector, capacity: number): Mask {
  const mask = new Uint8Array(capacity)
  const { operator } = leaf
  if (operator === 'is_null' || operator === 'is_not_null') {
    const fill = nullMask(operator === 'is_null' ? 1 : 0, vector)
    return { mask, fill: ({ n }) => fill(mask, n) }
  }
  const fill = valueFill(vector, leaf)
  const { nulls } = vector
  return {
    mask,
    fill({ n }) {
      fill(mask, n)
      if (nulls) for (let i = 0; i < n; i++) mask[i] = (mask[i] as number) & ~(nulls[i] as number)
    },
  }
}

function intersect(mask: Uint8Array, other: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) mask[i] = (mask[i] as number) & (other[i] as number)
}

function unite(mask: Uint8Array, other: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) mask[i] = (mask[i] as number) | (other[i] as number)
}

function combined(parts: readonly Mask[], capacity: number, all: boolean): Mask {
  const mask = new Uint8Array(capacity)
  return {
    mask,
    fill(rows: Rows) {
      mask.fill(all ? 1 : 0, 0, rows.n)
      for (const part of parts) {
        part.fill(rows)
        if (all) intersect(mask, part.mask, rows.n)
        else unite(mask, part.mask, rows.n)
      }
    },
  }
}

function negated(part: Mask, capacity: number): Mask {
  const mask = new Uint8Array(capacity)
  return {
    mask,
    fill(rows) {
      part.fill(rows)
      for (let i = 0; i < rows.n; i++) mask[i] = 1 - (part.mask[i] as number)
    },
  }
}

/** The mask of a condition; `vectorOf` gives columns of the row. AppError `invalid_config` for bad values. */
export function compileCondition(
  condition: Condition,
  vectorOf: (column: string) => Vector,
  capacity: number,
): Mask {
  const compile = (part: Condition) => compileCondition(part, vectorOf, capacity)
  if ('all' in condition) return combined(condition.all.map(compile), capacity, true)
  if ('any' in condition) return combined(condition.any.map(compile), capacity, false)
  if ('not' in condition) return negated(compile(condition.not), capacity)
  return leafMask(condition, vectorOf(condition.column), capacity)
}
