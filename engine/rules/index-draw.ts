// Uniform draws of one of `count` equally likely things, without repetition where values are unique.

import { AppError } from '#engine/errors.ts'
import { createPermutation } from '#engine/random/feistel.ts'
import { fillNarrow, fillWide, NARROW_COUNT } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import type { RuleContext } from './kernel.ts'

/** Fills `out`; of code arrays only where `count` is within 31 bits. */
export type IndexDraw = (out: Float64Array | Int32Array, rows: Rows) => void

/** Permutes 0 .. capacity-1 for a unique column; AppError `invalid_config` if the table has more rows. */
export function uniqueDraw(
  context: Pick<RuleContext, 'column' | 'rows' | 'stream'>,
  capacity: number,
): (index: number) => number {
  const { column, rows, stream } = context
  if (rows <= capacity) return createPermutation(capacity, stream)
  const message = `column ${column.name} has ${capacity} different values for ${rows} rows`
  throw new AppError('invalid_config', message)
}

/** Fills `out` with the permuted row numbers, all below the capacity. */
export function fillPermuted(
  out: Float64Array | Int32Array,
  rows: Rows,
  permute: (index: number) => number,
): void {
  for (let i = 0; i < rows.n; i++) out[i] = permute(rows.index[i] as number)
}

/** Draws of 0 .. count-1; count within 2^53. */
export function createIndexDraw(
  context: Pick<RuleContext, 'column' | 'random' | 'rows' | 'stream' | 'unique' | 'joint'>,
  count: number,
): IndexDraw {
  const { random, stream } = context
  if (context.joint) return context.joint
  if (context.unique) {
    const permute = uniqueDraw(context, count)
    return (out, rows) => fillPermuted(out, rows, permute)
  }
  return (out, rows) => {
    const words = random.words(rows, stream, 0)
    if (count <= NARROW_COUNT) fillNarrow(out, words[0], rows.n, count)
    else fillWide(out, words[0], words[1], rows.n, count)
  }
}
