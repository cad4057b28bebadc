// Rows of a stream, all as likely to be kept, in bounded memory: what orders, laws and pairs of columns are looked
// for in.

import { createSeededRandom } from '#engine/models/seeded-random.ts'
import { type BatchColumn, cellText } from '#engine/table/byte-cells.ts'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { kindOf } from '#engine/table/table.ts'

/** Of long texts the sample keeps the beginning. */
const TEXT_KEPT = 2000

export type RowSample = {
  add(batch: { rows: number; columns: readonly BatchColumn[] }): void
  /** The rows kept; all of them, in order, where they are no more than the bound. */
  table(): Table
}

type Store = {
  put(slot: number, column: BatchColumn, row: number): void
  column(rows: number): Column
}

/** Vitter's Algorithm R (1985): each of the rows so far is kept with the same chance. */
export function createRowSample(
  fields: readonly Field[],
  { name, seed, bound }: { name: string; seed: number; bound: number },
): RowSample {
  const stores = fields.map(createStore)
  const random = createSeededRandom(seed, 'profile rows')
  let seen = 0
  return {
    add(batch) {
      for (let row = 0; row < batch.rows; row++) {
        const slot = seen < bound ? seen : Math.floor(random.unit() * (seen + 1))
        seen++
        if (slot >= bound) continue
        for (const [at, store] of stores.entries())
          store.put(slot, batch.columns[at] as BatchColumn, row)
      }
    },
    table() {
      const rows = Math.min(seen, bound)
      return { name, rows, columns: stores.map((store) => store.column(rows)) }
    },
  }
}

function createStore(field: Field): Store {
  switch (kindOf(field.type)) {
    case 'number':
      return numberStore(field)
    case 'category':
      return categoryStore(field)
    case 'text':
      return textStore(field)
  }
}

function numberStore(field: Field): Store {
  let values = new Float64Array(1024)
  return {
    put(slot, column, row) {
      if (slot >= values.length) {
        const longer = new Float64Array(2 * values.length)
        longer.set(values)
        values = longer
      }
      values[slot] = column.kind === 'number' ? (column.values[row] as number) : Number.NaN
    },
    column: (rows) => ({ kind: 'number', field, values: values.slice(0, rows) }),
  }
}

function categoryStore(field: Field): Store {
  const codes: number[] = []
  const levels = new Map<string, number>()
  let [known, mapped]: [readonly string[] | null, number[]] = [null, []]
  return {
    put(slot, column, row) {
      if (column.kind !== 'category') {
        codes[slot] = -1
        return
      }
      if (column.levels !== known) [known, mapped] = [column.levels, []]
      const code = column.codes[row] as number
      if (code < 0) codes[slot] = -1
      else codes[slot] = mapped[code] ??= codeOf(levels, column.levels[code] as string)
    },
    column(rows) {
      const kept = Int32Array.from(codes.slice(0, rows))
      return { kind: 'category', field, codes: kept, levels: [...levels.keys()] }
    },
  }
}

function codeOf(levels: Map<string, number>, level: string): number {
  const code = levels.get(level) ?? levels.size
  levels.set(level, code)
  return code
}

function textOf(column: BatchColumn, row: number): string | null {
  if (column.kind === 'bytes') return cellText(column.cells, row)
  return column.kind === 'text' ? (column.values[row] ?? null) : null
}

function textStore(field: Field): Store {
  const values: (string | null)[] = []
  return {
    put(slot, column, row) {
      const value = textOf(column, row)
      values[slot] = value !== null && value.length > TEXT_KEPT ? value.slice(0, TEXT_KEPT) : value
    },
    column: (rows) => ({ kind: 'text', field, values: values.slice(0, rows) }),
  }
}
