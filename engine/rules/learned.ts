// learned: what a model draws. Rows are drawn before they are written (engine/learned-rows.ts); here they are looked up.

import { zoneOffsets } from '#engine/data/zones.ts'
import { AppError } from '#engine/errors.ts'
import type { LearnedRows } from '#engine/learned-rows.ts'
import { pow10 } from '#engine/math/decimal.ts'
import type { SampledColumn } from '#engine/models/sampled.ts'
import type { Rows } from '#engine/rows.ts'
import { ZONED_LAYOUT } from './date.ts'
import type { Kernel, NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { numberTypeOf } from './literal.ts'
import { createShown } from './shown-time.ts'
import { codeVector, type NumberType, numberVector } from './vector.ts'

type LearnedRule = RuleOf<'learned'>
type NumberRule = Extract<LearnedRule, { levels: null }>
type Drawn = (rows: Rows) => SampledColumn

function drawnOf({ target }: LearnedRule, { learned, column }: RuleContext): Drawn {
  const source: LearnedRows | null = learned
  return (rows) => {
    if (source) return source.column(target, rows)
    const message = `column ${column.name} is learned, and its model was not given`
    throw new AppError('unsupported', message)
  }
}

function levelsKernel(levels: readonly (string | null)[], drawn: Drawn, capacity: number): Kernel {
  const dictionary = levels.map((level) => level ?? '')
  const empty = levels.indexOf(null)
  const nulls = empty < 0 ? null : new Uint8Array(capacity)
  const vector = { ...codeVector(dictionary, capacity), nulls }
  return {
    vector,
    fill(rows) {
      const { codes } = vector
      codes.set(drawn(rows))
      if (nulls) for (let i = 0; i < rows.n; i++) nulls[i] = codes[i] === empty ? 1 : 0
    },
  }
}

/** Booleans are the levels true and false. */
function truthKernel(
  levels: readonly (string | null)[],
  drawn: Drawn,
  capacity: number,
): NumberKernel {
  const truth = Float64Array.from(levels, (level) => (level === 'true' ? 1 : 0))
  const empty = levels.indexOf(null)
  const nulls = empty < 0 ? null : new Uint8Array(capacity)
  const vector = { ...numberVector('bool', 0, capacity), nulls }
  return {
    vector,
    fill(rows) {
      const codes = drawn(rows)
      for (let i = 0; i < rows.n; i++) {
        const code = codes[i] as number
        vector.values[i] = truth[code] as number
        if (nulls) nulls[i] = code === empty ? 1 : 0
      }
    },
  }
}

function numberKernel(rule: NumberRule, drawn: Drawn, context: RuleContext): NumberKernel {
  const { column, capacity } = context
  const type = numberTypeOf(column.type) as NumberType
  const scale = type === 'decimal' || type === 'float' ? (column.scale ?? 0) : 0
  const unit = type === 'decimal' ? pow10(scale) : 1
  const nulls = rule.nulls ? new Uint8Array(capacity) : null
  const vector = { ...numberVector(type, scale, capacity), nulls }
  const whole = type !== 'float'
  return {
    vector,
    fill(rows) {
      const values = drawn(rows)
      const into = vector.values
      for (let i = 0; i < rows.n; i++) {
        const value = values[i] as number
        const isNull = Number.isNaN(value)
        if (nulls) nulls[i] = isNull ? 1 : 0
        // Adding zero makes minus zero plain zero.
        into[i] = isNull ? 0 : whole ? Math.round(value * unit) + 0 : value
      }
    },
  }
}

/** Times in their layout and zone. */
function shownKernel(rule: NumberRule, kernel: NumberKernel, { capacity }: RuleContext): Kernel {
  const { type } = kernel.vector
  if (type !== 'date' && type !== 'datetime' && type !== 'time') return kernel
  const zone = rule.zone === undefined ? null : zoneOffsets(rule.zone, rule.min, rule.max)
  const layout = rule.format ?? (zone ? ZONED_LAYOUT : null)
  if (layout === null) return kernel
  const shown = createShown(layout, type, zone, capacity)
  return {
    vector: { ...kernel.vector, shown: shown.vector },
    fill(rows) {
      kernel.fill(rows)
      shown.fill(kernel.vector.values, rows.n)
    },
  }
}

export function compileLearned(rule: LearnedRule, context: RuleContext): Kernel {
  const drawn = drawnOf(rule, context)
  const { capacity, column } = context
  if (rule.levels === null) return shownKernel(rule, numberKernel(rule, drawn, context), context)
  const make = column.type === 'bool' ? truthKernel : levelsKernel
  return make(rule.levels, drawn, capacity)
}
