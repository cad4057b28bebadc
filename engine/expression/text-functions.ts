// Functions over text: concat, upper, lower, substr, length, replace, pad.

import { pow10 } from '#engine/math/decimal.ts'
import type { Rows } from '#engine/rows.ts'
import type { Kernel, NumberKernel } from '#engine/rules/kernel.ts'
import { lowerCase, upperCase } from '#engine/rules/letter-case.ts'
import { isNull, textAt } from '#engine/rules/read.ts'
import { piecesOf } from '#engine/rules/template.ts'
import { mapText, textKernel } from '#engine/rules/text-kernel.ts'
import { derived } from './numbers.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, isNumeric, type Typed, typed } from './typed.ts'

function requireText(operand: Typed, name: string): void {
  if (operand.kind === 'str' || operand.kind === 'null') return
  throw new ExpressionError(operand.at, `${name}(...) needs text, not ${operand.kind}`)
}

/** `concat(a, b, ...)` of anything; null is empty. */
export function concat(operands: readonly Typed[]): Typed {
  return typed(operands[0]?.at ?? 0, 'str', (building) => {
    const kernels = operands.map((operand) => operand.build(building, null))
    const fill = (rows: Rows) => {
      for (const kernel of kernels) kernel.fill(rows)
    }
    const pieces = operands.map(({ literal }, i) =>
      typeof literal === 'string'
        ? [{ kind: 'literal', text: literal } as const]
        : piecesOf((kernels[i] as Kernel).vector),
    )
    if (pieces.every((list) => list !== null)) {
      return { vector: { kind: 'pieces', pieces: pieces.flat(), nulls: null }, fill }
    }
    return textKernel(building.context.capacity, fill, (i) =>
      kernels.map(({ vector }) => textAt(vector, i)).join(''),
    )
  })
}

/** `upper(text)` and `lower(text)`. */
export function changeCase(which: 'upper' | 'lower', operand: Typed): Typed {
  requireText(operand, which)
  const map = which === 'upper' ? upperCase : lowerCase
  return typed(operand.at, 'str', (building) =>
    mapText(operand.build(building, null), building.context.capacity, map),
  )
}

/** `replace(text, from, to)`: every occurrence, from the left; an empty `from` changes nothing. */
export function replace(operand: Typed, from: Typed, to: Typed): Typed {
  for (const text of [operand, from, to]) requireText(text, 'replace')
  const swap = (text: string, old: string, by: string) =>
    old === '' ? text : text.split(old).join(by)
  return typed(operand.at, 'str', (building) => {
    const { capacity } = building.context
    const kernel = operand.build(building, null)
    if (typeof from.literal === 'string' && typeof to.literal === 'string') {
      const [old, by] = [from.literal, to.literal]
      return mapText(kernel, capacity, (text) => swap(text, old, by))
    }
    const [old, by] = [from.build(building, null), to.build(building, null)]
    const fill = (rows: Rows) => {
      for (const one of [kernel, old, by]) one.fill(rows)
    }
    const text = textKernel(capacity, fill, (i) =>
      swap(textAt(kernel.vector, i), textAt(old.vector, i), textAt(by.vector, i)),
    )
    return { ...text, vector: { ...text.vector, nulls: kernel.vector.nulls } }
  })
}

const WIDEST = 1000
/** Digits of the largest whole number. */
const WHOLE_DIGITS = 16

/** `pad(value, width)` and `pad(value, width, fill)`: at least `width` characters, `fill` (0) in front. */
export function pad(operand: Typed, width: Typed, fill: Typed | null): Typed {
  const size = width.literal
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > WIDEST) {
    throw new ExpressionError(width.at, `pad(text, width) takes a width from 0 to ${WIDEST}`)
  }
  const char = fill ? fill.literal : '0'
  if (typeof char !== 'string' || Array.from(char).length !== 1) {
    throw new ExpressionError(fill?.at ?? width.at, "pad fills with one character, such as '0'")
  }
  const signed = isNumeric(operand.kind)
  const padded = (text: string): string => {
    const sign = signed && text.startsWith('-') ? '-' : ''
    const missing = Math.max(size - Array.from(text).length, 0)
    return sign + char.repeat(missing) + text.slice(sign.length)
  }
  return typed(operand.at, 'str', (building) => {
    const kernel = operand.build(building, null)
    const { capacity } = building.context
    return char === '0' && size > 0 && size <= WHOLE_DIGITS && isPlainInteger(kernel)
      ? paddedInteger(kernel, size, capacity)
      : mapText(kernel, capacity, padded)
  })
}

const isPlainInteger = (kernel: Kernel): kernel is NumberKernel =>
  kernel.vector.kind === 'number' && kernel.vector.type === 'int' && !kernel.vector.shown

const SIGNS = ['', '0', '-'] as const

/** Integers with zeros in front, as pieces: a sign or a first zero, and the other digits. */
function paddedInteger({ vector, fill }: NumberKernel, size: number, capacity: number): Kernel {
  const { nulls, values } = vector
  const [codes, sizes] = [new Int32Array(capacity), new Float64Array(capacity)]
  const most = size > 1 ? pow10(size - 1) : 0
  return {
    vector: {
      kind: 'pieces',
      pieces: [
        { kind: 'code', dictionary: SIGNS, codes },
        { kind: 'integer', values: sizes, pad: Math.max(size - 1, 1) },
      ],
      nulls,
    },
    fill(rows) {
      fill(rows)
      for (let i = 0; i < rows.n; i++) {
        const value = values[i] as number
        const less = Number(value < 0) | 0
        codes[i] = 2 * less + (1 - less) * (Number(value < most) | 0)
        sizes[i] = Math.abs(value)
      }
    },
  }
}

/** `length(text)` in characters. */
export function length(operand: Typed): Typed {
  requireText(operand, 'length')
  return typed(operand.at, 'int', (building) => {
    const { capacity } = building.context
    const kernel = operand.build(building, null)
    const { vector } = kernel
    const shape = { type: 'int', scale: 0, nullable: vector.nulls !== null } as const
    const counted = derived(capacity, shape, [], (values, nulls, n) => {
      for (let i = 0; i < n; i++) values[i] = Array.from(textAt(vector, i)).length
      if (nulls) for (let i = 0; i < n; i++) nulls[i] = isNull(vector, i) ? 1 : 0
    })
    const fill = (rows: Rows) => {
      kernel.fill(rows)
      counted.fill(rows)
    }
    return { vector: counted.vector, fill }
  })
}

function slice(text: string, start: number, size: number | null): string {
  const first = Math.max(start - 1, 0)
  const last = size === null ? undefined : first + Math.max(size, 0)
  return Array.from(text).slice(first, last).join('')
}

/** `substr(text, start)` and `substr(text, start, length)`: characters, the first is number 1. */
export function substring(operand: Typed, start: Typed, count: Typed | null): Typed {
  requireText(operand, 'substr')
  for (const position of [start, ...(count ? [count] : [])]) {
    if (position.kind === 'int') continue
    throw new ExpressionError(position.at, `substr(...) counts in int, not ${position.kind}`)
  }
  return typed(operand.at, 'str', (building) => {
    const { capacity } = building.context
    const kernel = operand.build(building, null)
    const { vector } = kernel
    const [first, most] = [start.literal, count ? count.literal : null]
    if (typeof first === 'number' && (most === null || typeof most === 'number')) {
      return mapText(kernel, capacity, (text) => slice(text, first, most))
    }
    const from = asNumbers(start.build(building, null))
    const size = count ? asNumbers(count.build(building, null)) : null
    const fill = (rows: Rows) => {
      kernel.fill(rows)
      from.fill(rows)
      size?.fill(rows)
    }
    const text = textKernel(capacity, fill, (i) => {
      const most = size ? (size.vector.values[i] as number) : null
      return slice(textAt(vector, i), from.vector.values[i] as number, most)
    })
    return { ...text, vector: { ...text.vector, nulls: vector.nulls } }
  })
}
