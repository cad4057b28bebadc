// Jobs that load into databases, without a stack: chunks as the engine makes them, and what should arrive.

import assert from 'node:assert/strict'
import type { ConnectionOptions } from '#coordinator/connections/connection.ts'
import { loadTable, named } from '#coordinator/load/load-table.ts'
import type { LoadMode } from '#coordinator/load/settings.ts'
import type { LoadJob, LoadTable, StoredChunk, Target } from '#coordinator/load/target.ts'
import { chunkRange, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig, Scalar, SqlDialect } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'

export const OPTIONS: ConnectionOptions = {
  batch_size: 7,
  copy: true,
  pool_size: 3,
  connect_timeout_ms: 5_000,
  statement_timeout_ms: 20_000,
}

export const never = new AbortController().signal

/** A config in YAML, resolved as a job with a connection resolves it. */
export function resolvedFor(database: SqlDialect, source: string, chunkRows = 100): ResolvedConfig {
  const { config, problems } = parseConfig(source)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return resolveConfig(config, { now: 0, chunkRows, database }).resolved
}

/** `config` with the output of a job with a connection. */
export function databaseConfig(config: ResolvedConfig, database: SqlDialect): ResolvedConfig {
  return { ...config, output: { format: 'csv', csv: { ...CSV_DEFAULTS, null: 'NULL', database } } }
}

export function loadJobOf(
  config: ResolvedConfig,
  { jobId = 'job_1', mode = 'create' }: { jobId?: string; mode?: LoadMode } = {},
): LoadJob {
  const tables = planConfig(config).tables.flatMap(({ name, rows, chunks }) => {
    const table = config.tables.find((one) => one.name === name)
    return table === undefined ? [] : [{ name, table, rows, chunks }]
  })
  const csv = config.output.csv ?? CSV_DEFAULTS
  return { jobId, config, csv, tables, mode, schema: 'public' }
}

/** In pieces as small as a store's never are. */
export function storedChunks(config: ResolvedConfig, name: string): StoredChunk[] {
  const table = compile(config, planConfig(config)).table(name)
  return Array.from({ length: table.chunks }, (_, chunk) => {
    const { from, to } = chunkRange(table, chunk)
    return {
      chunk,
      rows: to - from,
      async *read({ signal }) {
        const out = new Output(2 ** 30)
        writeChunk(table, chunk, out)
        const bytes = out.bytes()
        for (let at = 0; at < bytes.length; at += 1000) {
          signal.throwIfAborted()
          yield bytes.slice(at, at + 1000)
        }
      },
    }
  })
}

/** All tables of the job, as the activities load them. */
export async function loadAll(target: Target, job: LoadJob, signal = never): Promise<void> {
  await named('the tables', signal, () => target.prepare({ signal }))
  for (const table of job.tables) await loadOne(target, job, table, signal)
  await target.finish({ signal })
}

export async function loadOne(
  target: Target,
  job: LoadJob,
  table: LoadTable,
  signal = never,
): Promise<void> {
  const chunks = storedChunks(job.config, table.name)
  const chunksFrom = async (from: number, limit: number) => chunks.slice(from, from + limit)
  await loadTable({ target, chunksFrom, onProgress: () => undefined }, table, { signal })
}

/** What should be in a table: the engine's own values, row by row. */
export function rowsOf(config: ResolvedConfig, name: string): Scalar[][] {
  const table = compile(config, planConfig(config)).table(name)
  return table.values(0, table.rows)
}

/** Tables have no order: rows are compared as sorted lists. */
export const sorted = (rows: unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort()

/** For assert.rejects: AppError `load_failed`. */
export const failsWith =
  (message: RegExp, retryable: boolean) =>
  (error: unknown): true => {
    assert.ok(error instanceof AppError, String(error))
    assert.match(error.message, message)
    assert.deepEqual([error.code, error.details['retryable']], ['load_failed', retryable])
    return true
  }
