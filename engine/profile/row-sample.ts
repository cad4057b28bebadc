// Rows of a stream, all as likely to be kept, in bounded memory: what orders, laws and pairs of columns are looked
// for in.

import { ownText } from '#engine/ingest/own-text.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { type BatchColumn, cellText } from '#engine/table/byte-cells.ts'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { kindOf } from '#engine/table/table.ts'

/** Of long texts the sample keeps the beginning. */
const TEXT_KEPT = 2000
/** Characters of all texts, where each is as long as that. */
const TEXTS_KEPT = 400_000_000

export type RowSample = {
  add(batch: { rows: number; columns: readonly BatchColumn[] }): void
  /** The rows kept; all of them, in order, where they are no more than the bound. */
  table(): Table
  /** What is kept of a column. */
  stateOf(column: number): SampledState
}

export type SampledState =
  | { kind: 'number'; values: Float64Array }
  | { kind: 'category'; codes: Int32Array; levels: string[] }
  | { kind: 'text'; values: (string | null)[] }

type Store = {
  put(slot: number, column: BatchColumn, row: number): void
  /** `rows` of them are kept. */
  state(rows: number): SampledState
}

type StateOf<Kind> = Extract<SampledState, { kind: Kind }> | undefined

/** Of the random numbers, for a row. */
const WORDS_PER_ROW = 2

/** Vitter's Algorithm R (1985): each of the rows so far is kept with the same chance. `from`: those of another. */
export function createRowSample(
  fields: readonly Field[],
  { name, seed, bound }: { name: string; seed: number; bound: number },
  from?: { rows: number; columns: readonly { sampled: SampledState }[] },
): RowSample {
  const texts = fields.filter(({ type }) => kindOf(type) === 'text').length
  const textKept = Math.min(TEXT_KEPT, Math.ceil(TEXTS_KEPT / (bound * Math.max(1, texts))))
  const stores = fields.map((field, at) => createStore(field, textKept, from?.columns[at]?.sampled))
  let seen = from?.rows ?? 0
  const drawn = Math.max(0, seen - bound) * WORDS_PER_ROW
  const random = createSeededRandom(seed, 'profile rows', drawn)
  const kept = (): number => Math.min(seen, bound)
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
      const rows = kept()
      const columns = stores.map((store, at): Column => {
        return { field: fields[at] as Field, ...store.state(rows) }
      })
      return { name, rows, columns }
    },
    stateOf: (column) => (stores[column] as Store).state(kept()),
  }
}

/** TypeError for the state of a column of another kind. */
function createStore(field: Field, textKept: number, from?: SampledState): Store {
  const kind = kindOf(field.type)
  if (from !== undefined && from.kind !== kind) throw new TypeError(`no rows of ${kind}`)
  switch (kind) {
    case 'number':
      return numberStore(from as StateOf<'number'>)
    case 'category':
      return categoryStore(from as StateOf<'category'>)
    case 'text':
      return textStore(textKept, from as StateOf<'text'>)
  }
}

function numberStore(from: StateOf<'number'>): Store {
  let values = new Float64Array(Math.max(1024, from?.values.length ?? 0))
  values.set(from?.values ?? [])
  return {
    put(slot, column, row) {
      if (slot >= values.length) {
        const longer = new Float64Array(2 * values.length)
        longer.set(values)
        values = longer
      }
      values[slot] = column.kind === 'number' ? (column.values[row] as number) : Number.NaN
    },
    state: (rows) => ({ kind: 'number', values: values.slice(0, rows) }),
  }
}

function categoryStore(from: StateOf<'category'>): Store {
  const codes = Array.from(from?.codes ?? [])
  const levels = new Map(from?.levels.map((level, code) => [level, code]))
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
    state(rows) {
      const kept = Int32Array.from(codes.slice(0, rows))
      return { kind: 'category', codes: kept, levels: [...levels.keys()] }
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

function textStore(kept: number, from: StateOf<'text'>): Store {
  const values = [...(from?.values ?? [])]
  return {
    put(slot, column, row) {
      const value = textOf(column, row)
      values[slot] = value !== null && value.length > kept ? ownText(value.slice(0, kept)) : value
    },
    state: (rows) => ({ kind: 'text', values: values.slice(0, rows) }),
  }
}
