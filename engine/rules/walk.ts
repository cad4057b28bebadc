// walk: a Gaussian random walk per entity, with drift, bounds and a season. Its noise is Brownian motion at whole ranks, drawn
// by bridges, so that rank k costs no more in the middle of a long entity than at its start. Drift stops at a bound; what
// noise and season carry over it is reflected.

import { pow10, roundHalfAway, roundTo } from '#engine/math/decimal.ts'
import { inversePhi } from '#engine/math/normal.ts'
import { fillSineCosine } from '#engine/math/trigonometry-batch.ts'
import { type Chain, createBridge, SPANS } from './bridge.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberVector } from './vector.ts'

type WalkRule = RuleOf<'walk'>

/** Standard deviations of the noise over spans, and of their middles. */
const ENDS = SPANS.map((span) => Math.sqrt(span))
const MIDDLES = SPANS.map((span) => Math.sqrt(span / 2))

/** The end of a span has its variance; the middle, given both ends, a quarter of the whole span's (Lévy). */
const BROWNIAN: Chain = {
  draw: inversePhi,
  first: () => 0,
  after: (left, level, unit) => left + (ENDS[level] as number) * unit,
  between: (left, right, level, unit) => (left + right) / 2 + (MIDDLES[level] as number) * unit,
}

/** Brings a value between bounds by reflection at each. */
export function reflected(value: number, min: number | null, max: number | null): number {
  if (min === null && max === null) return value
  if (max === null) return (min as number) + Math.abs(value - (min as number))
  if (min === null) return max - Math.abs(max - value)
  const width = max - min
  if (width <= 0) return min
  const over = value - min - Math.floor((value - min) / (2 * width)) * 2 * width
  return Math.min(Math.max(min + (over <= width ? over : 2 * width - over), min), max)
}

/** Fills the season of the first n ranks. */
function seasonOf({ season }: WalkRule, capacity: number) {
  const swing = new Float64Array(capacity)
  if (!season) return { swing, fill: () => undefined }
  const { period, amplitude } = season
  const unused = new Float64Array(capacity)
  const fill = (ranks: Float64Array, n: number): void => {
    for (let i = 0; i < n; i++) {
      const turns = (ranks[i] as number) / period
      swing[i] = turns - Math.floor(turns)
    }
    fillSineCosine(swing, unused, swing, n)
    for (let i = 0; i < n; i++) swing[i] = amplitude * (swing[i] as number)
  }
  return { swing, fill }
}

type Shape = (values: Float64Array, ranks: Float64Array, n: number) => void

/** Makes values of the noise at ranks, before rounding. */
function shapeOf(rule: WalkRule, capacity: number): Shape {
  const { start, drift, stddev, min, max } = rule
  const { swing, fill } = seasonOf(rule, capacity)
  const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY]
  return (values, ranks, n) => {
    fill(ranks, n)
    for (let i = 0; i < n; i++) {
      const kept = Math.min(Math.max(start + drift * (ranks[i] as number), low), high)
      values[i] = kept + (swing[i] as number) + stddev * (values[i] as number)
    }
    if (min === null && max === null) return
    for (let i = 0; i < n; i++) values[i] = reflected(values[i] as number, min, max)
  }
}

export function compileWalk(rule: WalkRule, context: RuleContext): NumberKernel {
  const { decimals } = rule
  const isFloat = context.column.type === 'float'
  const type = isFloat ? 'float' : decimals === 0 ? 'int' : 'decimal'
  const vector = numberVector(type, decimals, context.capacity)
  const { entities, stride } = context.entity(rule.per)
  const { random, stream, capacity } = context
  const noise = createBridge(BROWNIAN, { random, stream, entities, stride, capacity })
  const shape = shapeOf(rule, capacity)
  const unit = pow10(decimals)
  return {
    vector,
    fill(rows) {
      const { values } = vector
      const ranks = noise(values, rows)
      shape(values, ranks, rows.n)
      if (isFloat) {
        for (let i = 0; i < rows.n; i++) values[i] = roundTo(values[i] as number, decimals)
      } else {
        for (let i = 0; i < rows.n; i++) values[i] = roundHalfAway((values[i] as number) * unit)
      }
    },
  }
}
