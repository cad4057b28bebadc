// Uniform draws of one of `count` equally likely things, without repetition where values are unique.

import { createPermutation } from '#engine/random/feistel.ts'
import { fillNarrow, fillWide, NARROW_COUNT } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import type { RuleContext } from './kernel.ts'

export type IndexDraw = (rows: Rows) => Float64Array

/** Fills `out` with the permuted row numbers; rows beyond the capacity repeat from its start. */
export function fillPermuted(
  out: Float64Array,
  rows: Rows,
  permute: (index: number) => number,
  count: number,
): void {
  for (let i = 0; i < rows.n; i++) {
    const row = rows.index[i] as number
    out[i] = permute(row < count ? row : row % count)
  }
}

/** Draws of 0 .. count-1 (count within 2^53), into an array that holds until the next draw. */
export function createIndexDraw(
  context: Pick<RuleContext, 'capacity' | 'random' | 'stream' | 'unique'>,
  count: number,
): IndexDraw {
  const { random, stream } = context
  const out = new Float64Array(context.capacity)
  if (context.unique) {
    const permute = createPermutation(count, stream)
    return (rows) => {
      fillPermuted(out, rows, permute, count)
      return out
    }
  }
  return (rows) => {
    const words = random.words(rows, stream, 0)
    if (count <= NARROW_COUNT) fillNarrow(out, words[0], rows.n, count)
    else fillWide(out, words[0], words[1], rows.n, count)
    return out
  }
}
