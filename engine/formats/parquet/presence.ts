// Which rows of a block have a value, a bit for each, and the pages that the block's rows are cut into. Definition
// levels of one bit (Parquet format, "Encodings", RLE/bit-packed hybrid) are these bits as they are.

import type { Nulls } from '#engine/rules/vector.ts'
import { appendPackedHeader, appendRun, eightBits } from './bit-pack.ts'
import { type ByteSink, reserve } from './byte-sink.ts'

/** Rows of a page, and where its values lie among those that are not null. */
export type PageRange = { row: number; rows: number; from: number; to: number }

export type Presence = {
  /** Takes the next n rows; `nulls` null where the column has none. */
  take(nulls: Nulls | null, n: number): void
  pages(pageRows: number): PageRange[]
  /** Appends a page's definition levels, their length in front. Only of nullable columns. */
  appendLevels(sink: ByteSink, page: PageRange): void
  reset(): void
}

/** Ones of each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1
  return ones
})

/** Lays a one for each of the first n entries that is not null, from bit `row`; bits behind it are open. */
function layBits(bits: Uint8Array, row: number, nulls: Nulls, n: number): void {
  let i = 0
  const layOne = (): void => {
    const at = (row + i) >> 3
    const place = (row + i) & 7
    if (place === 0) bits[at] = 0
    bits[at] = (bits[at] as number) | ((1 - (nulls[i] as number)) << place)
  }
  for (; i < n && ((row + i) & 7) !== 0; i++) layOne()
  for (; i + 8 <= n; i += 8) bits[(row + i) >> 3] = ~eightBits(nulls, i)
  for (; i < n; i++) layOne()
}

/** Eight bits from bit `row`. */
function byteAt(bits: Uint8Array, row: number): number {
  const at = row >> 3
  const shift = row & 7
  return (((bits[at] as number) >> shift) | ((bits[at + 1] as number) << (8 - shift))) & 255
}

function onesOf(bits: Uint8Array, row: number, rows: number): number {
  const whole = row + (rows & ~7)
  let ones = 0
  let at = row
  if ((row & 7) === 0) for (; at < whole; at += 8) ones += ONES[bits[at >> 3] as number] as number
  else for (; at < whole; at += 8) ones += ONES[byteAt(bits, at)] as number
  return ones + (ONES[byteAt(bits, at) & ((1 << (rows & 7)) - 1)] as number)
}

/** Appends the bits of rows that have some, but not all, values: up to a whole byte, zeros behind the last. */
function appendBitsOf(bits: Uint8Array, { row, rows }: PageRange, sink: ByteSink): void {
  const bytes = Math.ceil(rows / 8)
  reserve(sink, bytes)
  const { memory, length: start } = sink
  if ((row & 7) === 0) memory.set(bits.subarray(row >> 3, (row >> 3) + bytes), start)
  else for (let k = 0; k < bytes; k++) memory[start + k] = byteAt(bits, row + 8 * k)
  if ((rows & 7) !== 0) {
    const last = start + bytes - 1
    memory[last] = (memory[last] as number) & ((1 << (rows & 7)) - 1)
  }
  sink.length += bytes
}

/** Of at most `capacity` rows. */
export function createPresence(nullable: boolean, capacity: number): Presence {
  // One byte more: eight bits from the last row on are read as two bytes.
  const bits = new Uint8Array(nullable ? Math.ceil(capacity / 8) + 1 : 0)
  let rows = 0
  return {
    take(nulls, n) {
      if (nulls) layBits(bits, rows, nulls, n)
      rows += n
    },
    pages(pageRows) {
      const pages: PageRange[] = []
      let from = 0
      for (let row = 0; row < rows; row += pageRows) {
        const own = Math.min(pageRows, rows - row)
        const to = from + (nullable ? onesOf(bits, row, own) : own)
        pages.push({ row, rows: own, from, to })
        from = to
      }
      return pages
    },
    appendLevels(sink, page) {
      reserve(sink, 4)
      const start = sink.length
      sink.length += 4
      const defined = page.to - page.from
      if (defined === 0 || defined === page.rows) {
        appendRun(sink, Math.sign(defined), page.rows, 1)
      } else {
        appendPackedHeader(sink, page.rows)
        appendBitsOf(bits, page, sink)
      }
      sink.view.setUint32(start, sink.length - start - 4, true)
    },
    reset() {
      rows = 0
    },
  }
}
