// Conditions on sampled rows: checked against the model, then against rows.

import { AppError } from '#engine/errors.ts'
import { impossible } from '../impossible.ts'
import type { Conditions, SampledColumn, TargetShape } from '../sampled.ts'

/** Whether a value of a column meets what is asked of it. */
export type ColumnTest = { column: number; meets: (value: number) => boolean }

/** One per column that has conditions. AppError `invalid_request` for conditions that no row can meet. */
export function columnTests(
  targets: readonly TargetShape[],
  { levels = {}, ranges = {}, nulls = [] }: Conditions,
): ColumnTest[] {
  const named = new Map(targets.map((target, column) => [target.name, { target, column }]))
  const found = (name: string, kind: TargetShape['kind']) => {
    const known = named.get(name)
    if (known?.target.kind !== kind)
      throw new AppError(
        'invalid_request',
        `there is no ${kind} column ${name} to set conditions on`,
      )
    return known
  }
  return [
    ...Object.entries(levels).map(([name, wanted]): ColumnTest => {
      const { target, column } = found(name, 'category')
      const count = target.kind === 'category' ? target.levels : 0
      if (!wanted.some((level) => level >= 0 && level < count)) throw impossible(name)
      const set = new Set(wanted)
      return { column, meets: (value) => set.has(value) }
    }),
    ...Object.entries(ranges).map(([name, { min, max, nulls = false }]): ColumnTest => {
      const { target, column } = found(name, 'numeric')
      if (target.kind === 'numeric' && !(min <= max && min <= target.max && max >= target.min))
        throw impossible(name)
      return {
        column,
        meets: (value) => (Number.isNaN(value) ? nulls : value >= min && value <= max),
      }
    }),
    ...nulls.map((name): ColumnTest => {
      return { column: found(name, 'numeric').column, meets: (value) => Number.isNaN(value) }
    }),
  ]
}

/** Positions among `count` values that meet all tests; `values` decodes a column. */
export function meeting(
  tests: readonly ColumnTest[],
  count: number,
  values: (column: number) => SampledColumn,
): Uint8Array {
  const meets = new Uint8Array(count).fill(1)
  for (const { column, meets: test } of tests) {
    const found = values(column)
    for (let i = 0; i < count; i++) if (!test(found[i] as number)) meets[i] = 0
  }
  return meets
}
