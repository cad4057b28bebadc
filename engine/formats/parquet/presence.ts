// Which rows of a block have a value, and the pages that the block's rows are cut into.

import type { Nulls } from '#engine/rules/vector.ts'
import { appendHybrid } from './bit-pack.ts'
import { type ByteSink, reserve } from './byte-sink.ts'

/** Rows of a page, and where its values lie among those that are not null. */
export type PageRange = { row: number; rows: number; from: number; to: number }

export type Presence = {
  /** Values taken so far. */
  values: number
  /** Takes the next n rows; `nulls` null where none is. */
  take(nulls: Nulls | null, n: number): void
  pages(pageRows: number): PageRange[]
  /** Appends a page's definition levels, their length in front. Only of nullable columns. */
  appendLevels(sink: ByteSink, page: PageRange): void
  reset(): void
}

/** Of at most `capacity` rows. */
export function createPresence(nullable: boolean, capacity: number): Presence {
  const levels = new Uint8Array(nullable ? capacity : 0)
  let rows = 0
  const presence: Presence = {
    values: 0,
    take(nulls, n) {
      if (nulls && nullable) {
        let defined = 0
        for (let i = 0; i < n; i++) {
          const level = 1 - (nulls[i] as number)
          levels[rows + i] = level
          defined += level
        }
        presence.values += defined
      } else presence.values += n
      rows += n
    },
    pages(pageRows) {
      const pages: PageRange[] = []
      let from = 0
      for (let row = 0; row < rows; row += pageRows) {
        const end = Math.min(row + pageRows, rows)
        let to = from + end - row
        if (nullable) {
          to = from
          for (let i = row; i < end; i++) to += levels[i] as number
        }
        pages.push({ row, rows: end - row, from, to })
        from = to
      }
      return pages
    },
    appendLevels(sink, page) {
      reserve(sink, 4)
      const start = sink.length
      sink.length += 4
      appendHybrid(sink, levels, page.row, page.rows, 1)
      sink.view.setUint32(start, sink.length - start - 4, true)
    },
    reset() {
      presence.values = 0
      rows = 0
    },
  }
  return presence
}
