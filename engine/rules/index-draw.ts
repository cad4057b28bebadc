// Uniform draws of one of `count` equally likely things, without repetition where values are unique.

import { AppError } from '#engine/errors.ts'
import { createPermutedRows, type PermutedRows } from '#engine/random/permuted-rows.ts'
import { fillNarrow, fillWide, NARROW_COUNT } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import type { RuleContext } from './kernel.ts'

/** Fills `out`; of code arrays only where `count` is within 31 bits. */
export type IndexDraw = (out: Float64Array | Int32Array, rows: Rows) => void

/** Permutes 0 .. count-1 for a unique column; AppError `invalid_config` if the table has more rows. */
export function uniqueDraw(
  { column, rows, stream, capacity }: Pick<RuleContext, 'column' | 'rows' | 'stream' | 'capacity'>,
  count: number,
): PermutedRows {
  if (rows <= count) return createPermutedRows(count, stream, capacity)
  const message = `column ${column.name} has ${count} different values for ${rows} rows`
  throw new AppError('invalid_config', message)
}

/** Draws of 0 .. count-1; count within 2^53. */
export function createIndexDraw(
  context: Pick<
    RuleContext,
    'column' | 'random' | 'rows' | 'stream' | 'unique' | 'joint' | 'capacity'
  >,
  count: number,
): IndexDraw {
  const { random, stream } = context
  if (context.joint) return context.joint
  if (context.unique) return uniqueDraw(context, count)
  return (out, rows) => {
    const words = random.words(rows, stream, 0)
    if (count <= NARROW_COUNT) fillNarrow(out, words[0], rows.n, count)
    else fillWide(out, words[0], words[1], rows.n, count)
  }
}
