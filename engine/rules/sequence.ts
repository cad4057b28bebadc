// sequence: start + row * step, bare or as text with a prefix and leading zeros.

import type { Kernel, NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberVector, type Piece } from './vector.ts'

function numbers(rule: RuleOf<'sequence'>, context: RuleContext): NumberKernel {
  const vector = numberVector('int', 0, context.capacity)
  const { start, step } = rule
  return {
    vector,
    fill({ n, index }) {
      const { values } = vector
      for (let i = 0; i < n; i++) values[i] = start + (index[i] as number) * step
    },
  }
}

export function compileSequence(rule: RuleOf<'sequence'>, context: RuleContext): Kernel {
  const kernel = numbers(rule, context)
  if (rule.prefix === '' && rule.pad === 0) return kernel
  const digits: Piece = { kind: 'integer', values: kernel.vector.values, pad: rule.pad }
  const pieces: Piece[] =
    rule.prefix === '' ? [digits] : [{ kind: 'literal', text: rule.prefix }, digits]
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill: kernel.fill }
}
