// histogram: a bin by its count, and any value of it. Edges are whole on the grid of the digits, so that each value
// lies in the bin that it was drawn for.

import { createFinder } from '#engine/laws/count-table.ts'
import { pow10, scaledOf } from '#engine/math/decimal.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberVector } from './vector.ts'

type Bins = { lows: number[]; widths: number[]; counts: number[] }

/** Bins in units of the last digit, cut at the bounds; those that hold nothing are left out. */
function binsOf({ edges, counts, min, max, decimals }: RuleOf<'histogram'>): Bins {
  const grid = edges.map((edge) => scaledOf(edge, decimals))
  const least = min === null ? Number.NEGATIVE_INFINITY : scaledOf(min, decimals)
  const end = max === null ? Number.POSITIVE_INFINITY : scaledOf(max, decimals) + 1
  const bins: Bins = { lows: [], widths: [], counts: [] }
  for (const [i, count] of counts.entries()) {
    const [from, to] = [grid[i] as number, grid[i + 1] as number]
    const low = Math.max(from, least)
    const width = Math.min(to, end) - low
    if (count === 0 || width <= 0) continue
    bins.lows.push(low)
    bins.widths.push(width)
    bins.counts.push((count * width) / (to - from))
  }
  return bins
}

/** Values in units of the last digit; never falling in the uniform number. */
function drawBins({ lows, widths, counts }: Bins): (unit: number) => number {
  const { indexOf, cumulated } = createFinder(counts)
  return (unit) => {
    const bin = indexOf(unit)
    const before = cumulated[bin] as number
    const share = (unit - before) / ((cumulated[bin + 1] as number) - before)
    const width = widths[bin] as number
    return (lows[bin] as number) + Math.min(Math.floor(share * width), width - 1)
  }
}

export function compileHistogram(rule: RuleOf<'histogram'>, context: RuleContext): NumberKernel {
  const { decimals } = rule
  const draw = drawBins(binsOf(rule))
  const unit = context.column.type === 'float' ? pow10(decimals) : 1
  const type = context.column.type === 'float' ? 'float' : decimals === 0 ? 'int' : 'decimal'
  const vector = numberVector(type, decimals, context.capacity)
  return {
    vector,
    fill(rows) {
      const [high, low] = context.random.words(rows, context.stream, 0)
      const { values } = vector
      for (let i = 0; i < rows.n; i++) {
        values[i] = draw(openUnitOf(high[i] as number, low[i] as number)) / unit
      }
    },
  }
}
