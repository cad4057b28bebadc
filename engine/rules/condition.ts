// Conditions over columns of the same row. A comparison with null is false; is_null asks for it.

import type { Condition, Operator, Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { Rows } from '#engine/rows.ts'
import { literalNumber } from './literal.ts'
import { isNull, textAt } from './read.ts'
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

function numberTest(vector: NumberVector, leaf: Leaf): Test<number> {
  const operands = listOf(leaf.value).map((value) =>
    literalNumber(value, vector.type, vector.type === 'decimal' ? vector.scale : 0),
  )
  const numbers = operands.filter((value) => value !== null)
  return fits(ordered(leaf.operator, numbers), leaf)
}

function testAt(vector: Vector, leaf: Leaf): (i: number) => boolean {
  const textual = ['contains', 'starts_with', 'ends_with', 'matches'].includes(leaf.operator)
  if (vector.kind === 'number' && !textual) {
    const test = numberTest(vector, leaf)
    return (i) => test(vector.values[i] as number)
  }
  const operands = listOf(leaf.value).filter((value) => value !== null)
  const test = fits(textTest(leaf.operator, operands.map(String)), leaf)
  if (vector.kind !== 'code') return (i) => test(textAt(vector, i))
  const holds = vector.dictionary.map(test)
  return (i) => holds[vector.codes[i] as number] as boolean
}

function leafMask(leaf: Leaf, vector: Vector, capacity: number): Mask {
  const mask = new Uint8Array(capacity)
  const { operator } = leaf
  const test =
    operator === 'is_null'
      ? (i: number) => isNull(vector, i)
      : operator === 'is_not_null'
        ? (i: number) => !isNull(vector, i)
        : testAt(vector, leaf)
  const needsValue = operator !== 'is_null' && vector.nulls !== null
  return {
    mask,
    fill({ n }) {
      for (let i = 0; i < n; i++) {
        mask[i] = needsValue && isNull(vector, i) ? 0 : test(i) ? 1 : 0
      }
    },
  }
}

function combined(parts: readonly Mask[], capacity: number, all: boolean): Mask {
  const mask = new Uint8Array(capacity)
  return {
    mask,
    fill(rows: Rows) {
      for (const part of parts) part.fill(rows)
      for (let i = 0; i < rows.n; i++) {
        const holds = (part: Mask) => part.mask[i] === 1
        mask[i] = (all ? parts.every(holds) : parts.some(holds)) ? 1 : 0
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
