// The random words themselves, in orders that put next to each other what a dataset uses apart: neighbouring rows,
// columns, draws, blocks, chunks and keys. What batteries of tests for generators read.

import { createGenerator, type Stream } from '#engine/random/generator.ts'
import { streamKey } from '#engine/random/key.ts'
import { createRows } from '#engine/rows.ts'

type Lane = { stream: Stream; ordinal: number }

/** Every `stride`-th row from row 0 on; of each of them one block of four words per lane. */
export type Walk = { stride: number; lanes: readonly Lane[] }

const CHUNK_ROWS = 10_000
const BLOCKS_PER_PIECE = 2 ** 18

const column = (name: string, draw = 0): Stream => ({ key: streamKey(1, 't', name), draw })

const numbered = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

export const WALKS = {
  /** One column, row after row. */
  rows: { stride: 1, lanes: [{ stream: column('c'), ordinal: 0 }] },
  /** The first row of every chunk. */
  chunks: { stride: CHUNK_ROWS, lanes: [{ stream: column('c'), ordinal: 0 }] },
  /** Columns of a table, side by side. */
  columns: {
    stride: 1,
    lanes: numbered(256, (index) => ({ stream: column(`c${index}`), ordinal: 0 })),
  },
  /** What one column draws for a row: 16 draws of 16 blocks. */
  draws: {
    stride: 1,
    lanes: numbered(256, (index) => ({ stream: column('c', index >> 4), ordinal: index & 15 })),
  },
  /** Keys that differ in few bits: harder than the hashes that columns have for keys. */
  keys: {
    stride: 1,
    lanes: numbered(256, (index) => ({
      stream: { key: { k0: index >> 4, k1: index & 15 }, draw: 0 },
      ordinal: 0,
    })),
  },
} as const satisfies Record<string, Walk>

/** The words of a walk without end, in pieces of 4 MiB that hold until the next one is asked for. */
export function* rawWords({ stride, lanes }: Walk): Generator<Uint32Array<ArrayBuffer>, never> {
  const batchRows = BLOCKS_PER_PIECE / lanes.length
  const generator = createGenerator(batchRows)
  const rows = createRows(batchRows)
  rows.n = batchRows
  const piece = new Uint32Array(4 * BLOCKS_PER_PIECE)
  for (let from = 0; ; from += batchRows) {
    for (let i = 0; i < batchRows; i++) rows.index[i] = (from + i) * stride
    rows.stamp++
    for (const [lane, { stream, ordinal }] of lanes.entries()) {
      const [w0, w1, w2, w3] = generator.words(rows, stream, ordinal)
      for (let i = 0, at = 4 * lane; i < batchRows; i++, at += 4 * lanes.length) {
        piece[at] = w0[i] as number
        piece[at + 1] = w1[i] as number
        piece[at + 2] = w2[i] as number
        piece[at + 3] = w3[i] as number
      }
    }
    yield piece
  }
}
