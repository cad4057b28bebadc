// The engine for programs: a config in, rows out, with no server. The rows and bytes are those of a job with the same
// config, seed and moment.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RecordBatch } from 'apache-arrow'
import { chunkRange, withRows, writeChunk } from './chunk.ts'
import { type CompiledDataset, type CompiledTable, compile } from './compile.ts'
import { digestOf } from './config/canonical.ts'
import { type ParsedConfig, parseConfig } from './config/parse.ts'
import { configError } from './config/problem.ts'
import { type ResolveRequest, resolveConfig } from './config/resolve.ts'
import type { ColumnType, ResolvedConfig, Scalar } from './config/types.ts'
import { AppError } from './errors.ts'
import { createFooterBuilder } from './footer.ts'
import { createBatchMaker } from './formats/arrow/record-batches.ts'
import { Output } from './formats/output.ts'
import { type LearnedRequest, learnedConfig } from './models/learned-config.ts'
import { openModels } from './models/open-models.ts'
import { planConfig } from './plan.ts'
import { sandboxFor } from './sandbox/sandbox-for.ts'

export type LibraryOptions = Omit<ResolveRequest, 'now'> & {
  /** What `last` and `now` count from; needed where the config neither has it nor does without. */
  now?: Date
}

/** Rows from (included) .. to (excluded); all of them by default. */
export type RowRange = { from?: number; to?: number }

export type BatchOptions = RowRange & {
  /** Rows of a batch, 1 to 100,000; 8,192 by default. */
  batchRows?: number
  /**
   * Batches lie in memory that the next one overwrites: whoever is done with one before asking for the next saves
   * copying it. By default each is the caller's own.
   */
  reuse?: boolean
}

export type DatasetTable = {
  readonly name: string
  readonly rows: number
  readonly columns: readonly { name: string; type: ColumnType }[]
  /**
   * JSON values in the order of the columns, made as they are asked for. AppError `unsupported` where a model draws them:
   * they come by `stream` then.
   */
  values(range?: RowRange): IterableIterator<Scalar[]>
  /** The same values, wherever they come from. */
  stream(range?: RowRange): AsyncIterable<Scalar[]>
  /**
   * Record batches of apache-arrow, with the schema that a file of Arrow has; none for no rows. AppError
   * `invalid_request` for `batchRows` out of bounds.
   */
  batches(options?: BatchOptions): AsyncIterable<RecordBatch>
  /** The file in the config's format, chunk by chunk. Each piece is the caller's own. */
  bytes(): AsyncIterable<Uint8Array<ArrayBuffer>>
}

export type OpenedDataset = {
  /** Everything that the bytes depend on: keep it to make them again. */
  readonly config: ResolvedConfig
  readonly warnings: readonly string[]
  /** Parents first. */
  readonly tables: readonly DatasetTable[]
  /** AppError `not_found` for a name that is no table's. */
  table(name: string): DatasetTable
  /** Lets go of what a model holds outside of JavaScript's memory; of no other dataset is anything held. */
  close(): Promise<void>
}

/** Memory of one chunk's bytes. */
const CHUNK_BYTES_MAX = 2 ** 30
const ROWS_AT_ONCE = 1024
const BATCH_ROWS = 8192
const BATCH_ROWS_MAX = 100_000

/**
 * Opens a config: YAML or JSON text, or the same as an object. AppError `invalid_config` or `unsupported` with all
 * problems in `problems`; `invalid_request` where the moment is needed and not given.
 */
export async function openDataset(
  source: string | object,
  options: LibraryOptions = {},
): Promise<OpenedDataset> {
  const parsed = parseConfig(source)
  if (parsed.problems.length > 0) throw configError(parsed.problems)
  const { resolved: config, warnings } = resolved(parsed, options)
  const compiled = compile(config, planConfig(config), { sandbox: await sandboxFor(config) })
  return opened(compiled, config, [...parsed.warnings, ...warnings])
}

export type ModelRequest = Omit<LearnedRequest, 'now'> & { now?: Date }

/**
 * Opens the rows of a model out of the bytes of its file: as many as asked for, under conditions and bounds, in any
 * format. Rejects with AppError `invalid_request` for bytes that are no model; `invalid_config` or `unsupported` with all problems in
 * `problems`.
 */
export async function openModelDataset(
  file: Uint8Array,
  request: ModelRequest,
): Promise<OpenedDataset> {
  const [model] = await openModels([file])
  const { now = new Date(), ...asked } = request
  const made = learnedConfig(model, { ...asked, now: now.getTime() / 1000 })
  const models = new Map([[model.digest, model]])
  const compiled = compile(made.resolved, planConfig(made.resolved), { models })
  return opened(compiled, made.resolved, made.warnings)
}

function opened(
  compiled: CompiledDataset,
  config: ResolvedConfig,
  warnings: readonly string[],
): OpenedDataset {
  const tables = compiled.tables.map(tableOf)
  return {
    config,
    warnings,
    tables,
    table: (name) => tables[compiled.tables.indexOf(compiled.table(name))] as DatasetTable,
    close: () => compiled.release(),
  }
}

function resolved({ config, locate }: ParsedConfig, { now, ...request }: LibraryOptions) {
  if (now) return resolveConfig(config, { ...request, now: now.getTime() / 1000 }, locate)
  const seed = request.seed ?? config.seed ?? undefined
  const at = (moment: number) =>
    resolveConfig(
      config,
      { ...request, ...(seed === undefined ? {} : { seed }), now: moment },
      locate,
    )
  const early = at(0)
  const timeless = ({ resolved: one }: typeof early) => digestOf({ ...one, now: 0, seed: 0 })
  if (timeless(early) === timeless(at(1e9))) return early
  const message = 'A rule of the config counts from now: pass now, or write it in the config.'
  throw new AppError('invalid_request', message)
}

async function* batchesOf(
  table: CompiledTable,
  { from = 0, to = table.rows, batchRows = BATCH_ROWS, reuse = false }: BatchOptions,
): AsyncIterable<RecordBatch> {
  if (!Number.isInteger(batchRows) || batchRows < 1 || batchRows > BATCH_ROWS_MAX) {
    const message = `batchRows is a whole number from 1 to ${BATCH_ROWS_MAX}, not ${batchRows}`
    throw new AppError('invalid_request', message)
  }
  const make = createBatchMaker(table)
  const end = Math.min(to, table.rows)
  for (let at = Math.max(0, from); at < end; at += batchRows) {
    const to = Math.min(at + batchRows, end)
    yield await withRows(table, { from: at, to }, () => make(at, to, { reuse }))
    await nextTurn()
  }
}

function tableOf(table: CompiledTable): DatasetTable {
  return {
    name: table.name,
    rows: table.rows,
    columns: table.columns,
    *values({ from = 0, to = table.rows } = {}) {
      if (table.learned)
        throw new AppError('unsupported', 'A model draws these rows: read them by stream().')
      const end = Math.min(to, table.rows)
      for (let at = Math.max(0, from); at < end; at += ROWS_AT_ONCE)
        yield* table.values(at, Math.min(at + ROWS_AT_ONCE, end))
    },
    async *stream({ from = 0, to = table.rows } = {}) {
      const end = Math.min(to, table.rows)
      for (let at = Math.max(0, from); at < end; at += ROWS_AT_ONCE) {
        const next = Math.min(at + ROWS_AT_ONCE, end)
        yield* await withRows(table, { from: at, to: next }, () => table.values(at, next))
      }
    },
    batches: (options = {}) => batchesOf(table, options),
    async *bytes() {
      const out = new Output(CHUNK_BYTES_MAX)
      const footer = createFooterBuilder(table)
      for (let chunk = 0; chunk < table.chunks; chunk++) {
        out.reset()
        await withRows(table, chunkRange(table, chunk), () => writeChunk(table, chunk, out))
        const part = out.bytes().slice()
        const read = (from: number, to: number) => Promise.resolve(part.slice(from, to))
        await footer.add({ bytes: part.length, read })
        yield part
        // Whoever else lives in the program gets a turn.
        await nextTurn()
      }
      const end = footer.finish()
      if (end !== null) yield Uint8Array.from(end)
    },
  }
}
