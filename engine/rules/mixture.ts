// mixture: a part by its weight, then a value of it. Rows are sorted by part, so that a value is made once. Bounds
// are kept by rejection: candidate k of a row draws under ordinal k of its counters.

import { AppError } from '#engine/errors.ts'
import { createFinder } from '#engine/laws/count-table.ts'
import { pow10 } from '#engine/math/decimal.ts'
import type { Generator } from '#engine/random/generator.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { castKernel } from './cast.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberTypeOf } from './literal.ts'
import { type NumberVector, numberVector } from './vector.ts'

const CANDIDATES_MAX = 1000

type Part = { kernel: NumberKernel; rows: Rows; places: Int32Array }

/** The parts as kernels of the column's type. */
function partsOf(rule: RuleOf<'mixture'>, context: RuleContext, random: Generator): Part[] {
  const { column, capacity } = context
  return rule.parts.map((part) => {
    const { vector, fill } = castKernel(context.nested(part.rule, column, random), column, capacity)
    if (vector.kind !== 'number') {
      throw new AppError('invalid_config', `column ${column.name} mixes ${part.rule.type}`)
    }
    const rows = createRows(capacity)
    return { kernel: { vector, fill }, rows, places: new Int32Array(capacity) }
  })
}

/** One candidate for every row of the batch, into the target. */
function createFill(
  rule: RuleOf<'mixture'>,
  parts: readonly Part[],
  target: NumberVector,
  { random, stream }: Pick<RuleContext, 'random' | 'stream'>,
): (rows: Rows) => void {
  const { indexOf } = createFinder(rule.parts.map(({ weight }) => weight))
  const { values, nulls } = target
  return (batch) => {
    const [high, low] = random.words(batch, stream, 0)
    for (const { rows } of parts) rows.n = 0
    for (let i = 0; i < batch.n; i++) {
      const unit = openUnitOf(high[i] as number, low[i] as number)
      const { rows, places } = parts[indexOf(unit)] as Part
      rows.index[rows.n] = batch.index[i] as number
      places[rows.n++] = i
    }
    for (const { kernel, rows, places } of parts) {
      if (rows.n === 0) continue
      rows.stamp++
      kernel.fill(rows)
      const from = kernel.vector
      for (let k = 0; k < rows.n; k++) values[places[k] as number] = from.values[k] as number
      if (!nulls) continue
      for (let k = 0; k < rows.n; k++) nulls[places[k] as number] = from.nulls?.[k] ?? 0
    }
  }
}

/** Where the rows of a batch that have no value within the bounds yet stand in it. */
type Pending = { rows: Rows; places: Int32Array }

/** Draws again for the rows outside the bounds; AppError `generation_failed` where nearly all are outside. */
function bounded(
  { min, max }: RuleOf<'mixture'>,
  { vector: from, fill }: NumberKernel,
  { column, capacity }: RuleContext,
  setCandidate: (candidate: number) => void,
): NumberKernel {
  const unit = from.type === 'float' ? 1 : pow10(from.scale)
  const least = (min ?? Number.NEGATIVE_INFINITY) * unit
  const most = (max ?? Number.POSITIVE_INFINITY) * unit
  const values = new Float64Array(capacity)
  const nulls = from.nulls ? new Uint8Array(capacity) : null
  const { rows: left, places }: Pending = {
    rows: createRows(capacity),
    places: new Int32Array(capacity),
  }
  /** Keeps what lies within the bounds and closes up the rest. */
  const sift = (): void => {
    let kept = 0
    for (let k = 0; k < left.n; k++) {
      const value = from.values[k] as number
      const place = places[k] as number
      const empty = from.nulls?.[k] === 1
      if (empty || (value >= least && value <= most)) {
        values[place] = value
        if (nulls) nulls[place] = empty ? 1 : 0
      } else {
        left.index[kept] = left.index[k] as number
        places[kept++] = place
      }
    }
    left.n = kept
    left.stamp++
  }
  return {
    vector: { ...from, values, nulls },
    fill(rows) {
      left.index.set(rows.index.subarray(0, rows.n))
      left.n = rows.n
      left.stamp++
      for (let k = 0; k < rows.n; k++) places[k] = k
      let drawn = 0
      for (let candidate = 0; left.n > 0 && candidate < CANDIDATES_MAX; candidate++) {
        setCandidate(candidate)
        drawn += left.n
        fill(left)
        sift()
      }
      if (left.n === 0) return
      const share = ((rows.n - left.n) / drawn).toPrecision(2)
      const what = `of the mixture only a share of ${share} lies within its bounds`
      throw new AppError('generation_failed', `column ${column.name}: ${what}`)
    },
  }
}

export function compileMixture(rule: RuleOf<'mixture'>, outer: RuleContext): NumberKernel {
  let candidate = 0
  const random: Generator = {
    words: (rows, stream, ordinal) => outer.random.words(rows, stream, ordinal + candidate),
  }
  const parts = partsOf(rule, outer, random)
  const type = numberTypeOf(outer.column.type) ?? 'float'
  const scale = Math.max(...parts.map(({ kernel }) => kernel.vector.scale))
  const anyNull = parts.some(({ kernel }) => kernel.vector.nulls)
  const nulls = anyNull ? new Uint8Array(outer.capacity) : null
  const vector = { ...numberVector(type, scale, outer.capacity), nulls }
  const fill = createFill(rule, parts, vector, { random, stream: outer.stream })
  if (rule.min === null && rule.max === null) return { vector, fill }
  return bounded(rule, { vector, fill }, outer, (next) => {
    candidate = next
  })
}
