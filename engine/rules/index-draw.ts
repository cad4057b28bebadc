// Uniform draws of one of `count` equally likely things, without repetition where values are unique.

import { createPermutation } from '#engine/random/feistel.ts'
import { fillNarrow, fillWide, NARROW_COUNT } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import type { RuleContext } from './kernel.ts'

/** Fills `out`; of code arrays only where `count` is within 31 bits. */
export type IndexDraw = (out: Float64Array | Int32Array, rows: Rows) => void

/** Fills `out` with the permuted row numbers; rows beyond the capacity repeat from its start. */
export function fillPermuted(
  out: Float64Array | Int32Array,
  rows: Rows,
  permute: (index: number) => number,
  count: number,
): void {
  for (let i = 0; i < rows.n; i++) {
    const row = rows.index[i] as number
    out[i] = permute(row < count ? row : row % count)
  }
}

/** Draws of 0 .. count-1; count within 2^53. */
export function createIndexDraw(
  context: Pick<RuleContext, 'random' | 'stream' | 'unique'>,
  count: number,
): IndexDraw {
  const { random, stream } = context
  if (context.unique) {
    const permute = createPermutation(count, stream)
    return (out, rows) => fillPermuted(out, rows, permute, count)
  }
  return (out, rows) => {
    const words = random.words(rows, stream, 0)
    if (count <= NARROW_COUNT) fillNarrow(out, words[0], rows.n, count)
    else fillWide(out, words[0], words[1], rows.n, count)
  }
}
