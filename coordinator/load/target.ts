// What a job loads into a database, and what the kinds of databases do for it: each chunk exactly once, whatever dies on
// the way.

import type { CsvOptions, ResolvedConfig, ResolvedTable } from '#engine/config/types.ts'
import type { LoadMode } from './settings.ts'

export type LoadTable = {
  name: string
  /** Of the config, with its columns in the order of the rows. */
  table: ResolvedTable
  rows: number
  chunks: number
}

export type LoadJob = {
  jobId: string
  config: ResolvedConfig
  /** The marks of the rows. */
  csv: CsvOptions
  /** Parents first. */
  tables: LoadTable[]
  mode: LoadMode
  /** PostgreSQL's alone. */
  schema: string
}

/** A stored chunk: rows as CSV, behind a line of names if it is the first one. */
export type StoredChunk = {
  chunk: number
  rows: number
  read: (options: { signal: AbortSignal }) => AsyncIterable<Uint8Array>
}

export type Loaded = { chunks: number; rows: number }

/**
 * A database. Its errors are those of its driver, for `failureOfLoad`. Every call may be repeated, also while an
 * earlier one is still under way elsewhere.
 */
export type Target = {
  /** How many chunks of a table may be written at once. */
  lanes: (table: LoadTable) => number
  /** Makes, checks or empties the tables, as the mode says; once per job, however often it is called. */
  prepare: (options: { signal: AbortSignal }) => Promise<void>
  /** What is there of a table. */
  loaded: (table: LoadTable, options: { signal: AbortSignal }) => Promise<Loaded>
  /** The chunks of from (included) .. to (excluded) that are there. */
  loadedChunks: (
    table: LoadTable,
    options: { from: number; to: number; signal: AbortSignal },
  ) => Promise<Set<number>>
  /** Rows and marker in one transaction. False when the chunk was there already. */
  loadChunk: (
    table: LoadTable,
    chunk: StoredChunk,
    options: { signal: AbortSignal },
  ) => Promise<boolean>
  /** What is due once all tables are loaded. */
  finish: (options: { signal: AbortSignal }) => Promise<void>
  close: () => Promise<void>
}

/** Where each chunk of each job leaves a row: in the schema, database or file of the tables themselves. */
export const MARKERS = '_syndata_chunks'

/** In place of a chunk's number: the table was made or emptied for the job; its foreign keys were added. */
export const BEGUN = -1
export const KEYED = -2

/** Whether the order of rows counts: a row may refer to one before it. */
export const refersToItself = ({ table }: LoadTable): boolean =>
  table.foreign_keys.some(({ parent_table }) => parent_table === table.name)
