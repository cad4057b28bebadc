// Functions over text: concat, upper, lower, substr, length.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from '#engine/rules/kernel.ts'
import { lowerCase, upperCase } from '#engine/rules/letter-case.ts'
import { isNull, textAt } from '#engine/rules/read.ts'
import { textKernel } from '#engine/rules/text-kernel.ts'
import { derived } from './numbers.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, type Typed, typed } from './typed.ts'

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
    return textKernel(building.context.capacity, fill, (i) =>
      kernels.map(({ vector }) => textAt(vector, i)).join(''),
    )
  })
}

/** Text to text; once per word where the operand draws from a list. */
function mapText(kernel: Kernel, capacity: number, map: (text: string) => string): Kernel {
  const { vector } = kernel
  if (vector.kind === 'code') {
    return { ...kernel, vector: { ...vector, dictionary: vector.dictionary.map(map) } }
  }
  const text = textKernel(capacity, kernel.fill, (i) => map(textAt(vector, i)))
  return { ...text, vector: { ...text.vector, nulls: vector.nulls } }
}

/** `upper(text)` and `lower(text)`. */
export function changeCase(which: 'upper' | 'lower', operand: Typed): Typed {
  requireText(operand, which)
  const map = which === 'upper' ? upperCase : lowerCase
  return typed(operand.at, 'str', (building) =>
    mapText(operand.build(building, null), building.context.capacity, map),
  )
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
    const from = asNumbers(start.build(building, null))
    const size = count ? asNumbers(count.build(building, null)) : null
    const fill = (rows: Rows) => {
      kernel.fill(rows)
      from.fill(rows)
      size?.fill(rows)
    }
    const text = textKernel(capacity, fill, (i) => {
      const first = Math.max((from.vector.values[i] as number) - 1, 0)
      const last = size ? first + Math.max(size.vector.values[i] as number, 0) : undefined
      return Array.from(textAt(vector, i)).slice(first, last).join('')
    })
    return { ...text, vector: { ...text.vector, nulls: vector.nulls } }
  })
}
