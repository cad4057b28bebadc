// range: uniform over min, min + step, ... max. Decimals are drawn as scaled integers, so every value is
// exact and both ends are as likely as the rest.

import { pow10, scaledOf } from '#engine/math/decimal.ts'
import { createIndexDraw } from './index-draw.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { type NumberVector, numberVector } from './vector.ts'

export type Grid = {
  /** First value and distance, in units of 10^-decimals. */
  readonly first: number
  readonly step: number
  readonly count: number
}

/** The grid of a range rule. */
export function rangeGrid(rule: Pick<RuleOf<'range'>, 'min' | 'max' | 'step' | 'decimals'>): Grid {
  const first = scaledOf(rule.min, rule.decimals)
  const last = scaledOf(rule.max, rule.decimals)
  const step = rule.step === null ? 1 : scaledOf(rule.step, rule.decimals)
  return { first, step, count: Math.floor((last - first) / step) + 1 }
}

/** Draws in `values` become what they stand for. */
function placeOnGrid(values: Float64Array, n: number, { first, step }: Grid): void {
  for (let i = 0; i < n; i++) values[i] = first + (values[i] as number) * step
}

function placeFloats(vector: NumberVector, n: number, { first, step }: Grid): void {
  const { values, scale } = vector
  const unit = pow10(scale)
  for (let i = 0; i < n; i++) values[i] = (first + (values[i] as number) * step) / unit
}

export function compileRange(rule: RuleOf<'range'>, context: RuleContext): NumberKernel {
  const grid = rangeGrid(rule)
  const draw = createIndexDraw(context, grid.count)
  const { decimals } = rule
  if (decimals > 0 && context.column.type === 'float') {
    const vector = numberVector('float', decimals, context.capacity)
    return {
      vector,
      fill(rows) {
        draw(vector.values, rows)
        placeFloats(vector, rows.n, grid)
      },
    }
  }
  const vector = numberVector(decimals === 0 ? 'int' : 'decimal', decimals, context.capacity)
  return {
    vector,
    fill(rows) {
      draw(vector.values, rows)
      placeOnGrid(vector.values, rows.n, grid)
    },
  }
}
