// Profiles tables that are in memory or come in batches: one pass, memory bounded whatever the number of rows.

import type { BatchColumn } from '#engine/table/byte-cells.ts'
import type { Field, Table } from '#engine/table/table.ts'
import { type ColumnCounter, type CounterState, createColumnCounter } from './column-counter.ts'
import { profileColumn } from './column-profile.ts'
import { createDistinctSample, type DistinctSketch, KEPT_MAX } from './distinct-sample.ts'
import { profilePairs } from './pair-profiles.ts'
import type { Profile } from './profile.ts'
import { judge } from './quality.ts'
import { findKeys, findNullPatterns, findOrders, findSums } from './row-rules.ts'
import { createRowSample, type SampledState } from './row-sample.ts'
import { createValueHasher } from './value-hash.ts'

export type ProfileOptions = {
  name: string
  /** Of the sample of rows, and of the hashes of sketches. */
  seed: number
  /** Whether pairs of columns are looked at. */
  pairs: boolean
}

/** What is kept beside a profile to find foreign keys; never shown, as it is made of values. */
export type ColumnSketch = DistinctSketch & { column: string }

export type Profiled = { profile: Profile; sketches: ColumnSketch[] }

export type Profiler = {
  /** Rows of a batch have the fields of the profiler, in their order. Nothing of it is kept. */
  add(batch: { rows: number; columns: readonly BatchColumn[] }): void
  finish(): Profiled
  /** All that is known by now, until the next `add`. */
  state(): ProfilerState
}

/** What a profiler of the same fields and options goes on from, to the same profile. */
export type ProfilerState = {
  rows: number
  distinctRows: DistinctSketch
  /** In the order of the fields, each made when it is asked for. */
  columns: Iterable<ColumnState>
}

export type ColumnState = { counter: CounterState; sampled: SampledState }

const SAMPLED_ROWS_MAX = 50_000
const SAMPLED_CELLS_MAX = 10_000_000
/** Beyond so many columns pairs are not looked at. */
const PAIRED_COLUMNS_MAX = 100

/** Hashes kept of all columns together; what few columns need is less. */
const KEPT_ALL = 1 << 24

function keptOf(columns: number): number {
  return Math.min(KEPT_MAX, 2 ** Math.floor(Math.log2(KEPT_ALL / Math.max(1, columns))))
}

/** `from` is the state of another, which is read at once. */
export function createProfiler(
  fields: readonly Field[],
  { name, seed, pairs }: ProfileOptions,
  from?: ProfilerState,
): Profiler {
  const hasher = createValueHasher(seed)
  const known = from && { rows: from.rows, columns: [...from.columns] }
  const keptMax = keptOf(fields.length)
  const counters = fields.map((field, at) =>
    createColumnCounter(field, { hasher, keptMax }, known?.columns[at]?.counter),
  )
  const distinctRows = createDistinctSample({ from: from?.distinctRows })
  const bound = Math.min(
    SAMPLED_ROWS_MAX,
    Math.ceil(SAMPLED_CELLS_MAX / Math.max(1, fields.length)),
  )
  const sample = createRowSample(fields, { name, seed, bound }, known)
  let rows = known?.rows ?? 0
  let [memory, ofRows] = [new Float64Array(0), new Float64Array(0)]
  return {
    add(batch) {
      rows += batch.rows
      if (memory.length < batch.rows)
        [memory, ofRows] = [new Float64Array(batch.rows), new Float64Array(batch.rows)]
      const [hashes, whole] = [memory, ofRows].map((some) => some.subarray(0, batch.rows)) as [
        Float64Array,
        Float64Array,
      ]
      whole.fill(0)
      for (const [at, counter] of counters.entries()) {
        counter.add(batch.columns[at] as BatchColumn, hashes)
        for (let row = 0; row < batch.rows; row++)
          whole[row] = hasher.pair(whole[row] as number, hashes[row] as number)
      }
      for (const hash of whole) distinctRows.add(hash)
      sample.add(batch)
    },
    state: () => ({
      rows,
      distinctRows: distinctRows.sketch(),
      columns: fields.keys().map((at) => ({
        counter: (counters[at] as ColumnCounter).state(),
        sampled: sample.stateOf(at),
      })),
    }),
    finish() {
      const table = sample.table()
      const counts = counters.map((counter) => counter.counts())
      const share = rows === 0 ? 1 : table.rows / rows
      const columns = table.columns.map((column, at) =>
        profileColumn(column, counts[at] as (typeof counts)[number], share),
      )
      const between =
        pairs && fields.length <= PAIRED_COLUMNS_MAX
          ? {
              ...profilePairs(table, columns),
              orders: findOrders(table, columns),
              sums: findSums(table, columns),
            }
          : { pairs: [], dependencies: [], combinations: [], orders: [], sums: [] }
      const profile = {
        version: 1 as const,
        table: name,
        rows,
        sampled_rows: table.rows,
        columns,
        duplicate_rows: distinctRows.repeated(),
        null_patterns: findNullPatterns(table, columns),
        keys: findKeys(table, columns, share === 1),
        ...between,
      }
      const sketches = fields.map((field, at) => ({
        column: field.name,
        ...(counts[at] as (typeof counts)[number]).distinct.sketch(),
      }))
      return { profile: { ...profile, quality: judge(profile) }, sketches }
    },
  }
}

/** The profile of a whole table. */
export function profileTable(
  table: Table,
  options: Partial<Omit<ProfileOptions, 'name'>> = {},
): Profiled {
  const profiler = createProfiler(
    table.columns.map(({ field }) => field),
    { name: table.name, seed: 0, pairs: true, ...options },
  )
  profiler.add(table)
  return profiler.finish()
}
