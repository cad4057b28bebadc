// series: start, start + step, ... in each entity; or steps drawn by a rule, which add up. A fixed step costs nothing to enter
// anywhere. Drawn ones are summed from the entity's first row, so a cut inside an entity draws its steps again: an entity
// has at most SUMMED_RANKS rows, about those of a chunk, and rows in order are summed once.

import { AppError } from '#engine/errors.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { pow10, roundHalfAway } from '#engine/math/decimal.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { forEachRun } from './entities.ts'
import { inRange } from './in-range.ts'
import type { Kernel, NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberTypeOf } from './literal.ts'
import { type NumberVector, numberVector } from './vector.ts'

type SeriesRule = RuleOf<'series'>

/** Rows of an entity whose steps are drawn. */
export const SUMMED_RANKS = 10_000

/** Makes values of what is counted from the start, in units of 10^-decimals. */
type Place = (values: Float64Array, n: number) => void

function placeOf({ start, decimals }: SeriesRule, { type }: NumberVector): Place {
  if (type === 'time') {
    return (values, n) => {
      for (let i = 0; i < n; i++) {
        const seconds = start + (values[i] as number)
        values[i] = seconds - Math.floor(seconds / SECONDS_PER_DAY) * SECONDS_PER_DAY
      }
    }
  }
  const unit = type === 'float' ? pow10(decimals) : 1
  return (values, n) => {
    for (let i = 0; i < n; i++) values[i] = (start + (values[i] as number)) / unit
  }
}

function fixedSteps(rule: SeriesRule, step: number, context: RuleContext, vector: NumberVector) {
  const { entities: locate } = context.entity(rule.per)
  const place = placeOf(rule, vector)
  const entities = new Float64Array(context.capacity)
  return (rows: Rows) => {
    const { values } = vector
    locate(entities, values, rows)
    for (let i = 0; i < rows.n; i++) values[i] = (values[i] as number) * step
    place(values, rows.n)
  }
}

type Steps = Extract<SeriesRule['step'], object>

/** The steps of rows in units of the series: never negative, so that what follows is later. */
function drawnStep(steps: Steps, rule: SeriesRule, context: RuleContext) {
  const kernel = context.nested(steps.rule, { type: 'float', scale: null })
  const { vector } = kernel
  if (vector.kind !== 'number') {
    throw new AppError('invalid_config', `column ${context.column.name}: its steps are no numbers`)
  }
  const factor =
    steps.unit * pow10(rule.decimals - vector.scale * Number(vector.type === 'decimal'))
  const at = (i: number): number =>
    vector.nulls?.[i] === 1 ? 0 : Math.max(0, roundHalfAway((vector.values[i] as number) * factor))
  return { fill: kernel.fill, at }
}

function summedSteps(rule: SeriesRule, steps: Steps, context: RuleContext, vector: NumberVector) {
  const { capacity, column } = context
  const { entities: locate } = context.entity(rule.per)
  const step = drawnStep(steps, rule, context)
  const place = placeOf(rule, vector)
  const [entities, ranks] = [new Float64Array(capacity), new Float64Array(capacity)]
  const before = createRows(capacity)
  const last = { entity: -1, rank: -1, sum: 0 }

  /** The steps of ranks 1 .. rank of the entity whose row of that rank this is. */
  const sumUpTo = (rank: number, row: number): number => {
    let sum = 0
    for (let from = 1; from <= rank; from += capacity) {
      before.n = Math.min(capacity, rank - from + 1)
      for (let k = 0; k < before.n; k++) before.index[k] = row - rank + from + k
      before.stamp++
      step.fill(before)
      for (let k = 0; k < before.n; k++) sum += step.at(k)
    }
    return sum
  }
  const startOf = (i: number, rows: Rows): number => {
    const rank = ranks[i] as number
    if (rank >= SUMMED_RANKS) {
      const message = `column ${column.name}: steps are drawn for at most ${SUMMED_RANKS} rows of an entity`
      throw new AppError('invalid_config', message)
    }
    if (rank === 0) return 0
    if (last.entity === entities[i] && last.rank === rank - 1) return last.sum
    return sumUpTo(rank - 1, (rows.index[i] as number) - 1)
  }
  return (rows: Rows) => {
    const { values } = vector
    locate(entities, ranks, rows)
    const runs: { from: number; to: number; sum: number }[] = []
    forEachRun(entities, ranks, rows.n, (from, to) => {
      runs.push({ from, to, sum: startOf(from, rows) })
    })
    step.fill(rows)
    for (const { from, to, sum } of runs) {
      let total = sum
      for (let i = from; i < to; i++) {
        if ((ranks[i] as number) > 0) total += step.at(i)
        values[i] = total
      }
      last.entity = entities[from] as number
      last.rank = ranks[to - 1] as number
      last.sum = total
    }
    place(values, rows.n)
  }
}

export function compileSeries(rule: SeriesRule, context: RuleContext): Kernel {
  const type = numberTypeOf(context.column.type) ?? 'int'
  const scale = type === 'decimal' || type === 'float' ? rule.decimals : 0
  const vector = numberVector(type, scale, context.capacity)
  const fill =
    typeof rule.step === 'number'
      ? fixedSteps(rule, rule.step, context, vector)
      : summedSteps(rule, rule.step, context, vector)
  const kernel: NumberKernel = { vector, fill }
  return inRange(kernel, context.column)
}
