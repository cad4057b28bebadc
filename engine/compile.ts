// A dataset compiled from its config and plan: tables that write any range of their rows.

import { createAnomalies } from './anomalies.ts'
import { createAnomalyRows } from './anomaly-rows.ts'
import type { ColumnType, ResolvedConfig, ResolvedTable, Scalar } from './config/types.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { AppError } from './errors.ts'
import type { Block } from './formats/block-tail.ts'
import { createFileWriter, type EachBatch } from './formats/file-writer.ts'
import type { Output } from './formats/output.ts'
import { createLearnedRows, type LearnedRows } from './learned-rows.ts'
import type { Model } from './models/model.ts'
import type { Plan } from './plan.ts'
import { createGenerator } from './random/generator.ts'
import { createRows, type Rows, setRange } from './rows.ts'
import { PARENTS_PER_BLOCK } from './rules/children.ts'
import { scalarAt } from './rules/read.ts'
import type { Vector } from './rules/vector.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import { createScope } from './scope.ts'

export type CompiledTable = {
  readonly name: string
  readonly rows: number
  readonly chunkRows: number
  readonly chunks: number
  readonly columns: readonly { name: string; type: ColumnType }[]
  /** Rows of a block of the file; null where chunks may be cut into any pieces. */
  readonly blockRows: number | null
  /** What stands before row 0 in the file, as far as it is the same for any number of rows. */
  readonly header: Uint8Array
  /**
   * Appends the file's bytes of the rows from (included) .. to (excluded), with what opens the file before row 0 and
   * what closes it behind the last one; `from` is a multiple of `blockRows`. AppError `out_of_memory` from the output.
   */
  write(from: number, to: number, out: Output): void
  /**
   * Where the file ends with what only all its blocks show: the bytes behind the last one, which ends at `at`. AppError
   * `digest_mismatch` for blocks that cannot be.
   */
  readonly footer: ((blocks: readonly Block[], at: number) => Uint8Array) | null
  /**
   * Where the rows of a model are drawn, asynchronously, before they can be written or read (`withRows` of
   * engine/chunk.ts); null where rows are made when they are written.
   */
  readonly learned: LearnedRows | null
  /** The same rows as vectors, for whoever writes them in another way. */
  readonly each: EachBatch
  /** The same rows as JSON values, in the order of the columns. */
  values(from: number, to: number): Scalar[][]
}

export type CompiledDataset = {
  /** Parents first. */
  readonly tables: readonly CompiledTable[]
  /** AppError `not_found` for a name that is no table's. */
  table(name: string): CompiledTable
  /** Lets go of what models hold outside of JavaScript's memory. Of no other dataset is anything held. */
  release(): Promise<void>
}

export type CompileOptions = {
  /**
   * How rows are written: by default by code that tables share, and by 'generated' code of the table's own once it has
   * many; 'closures' where generating code is forbidden. Same bytes.
   */
  writer?: 'generated' | 'closures'
  /** 'plain' draws without WebAssembly. Same bytes. */
  random?: 'fastest' | 'plain'
  /** Rows evaluated at a time, 1 to 4,096; by default as many as fit the cache. Same bytes. */
  batchRows?: number
  /** For configs with plug-ins: `await sandboxFor(config)`. */
  sandbox?: Sandbox | null
  /** For configs with learned tables: opened models by their digests. Without, such tables have shape but no rows. */
  models?: ReadonlyMap<string, Model>
}

const MOST_BATCH_ROWS = 4096
const LEAST_BATCH_ROWS = 256
/** Values of a batch over all columns that are worth holding at a time. */
const BATCH_VALUES = 32_768

function batchRowsOf(columns: number): number {
  let rows = MOST_BATCH_ROWS
  while (rows > LEAST_BATCH_ROWS && rows * columns > BATCH_VALUES) rows /= 2
  return rows
}

type Evaluation = {
  evaluate: (rows: Rows) => void
  columns: { name: string; vector: Vector }[]
}

function evaluationOf(dataset: Dataset, table: ResolvedTable, batchRows: number): Evaluation {
  if (table.anomalies_of !== undefined) {
    const [source] = tableOf(dataset, table.anomalies_of)
    const scopeOver = () => createScope(dataset, source.name, batchRows)
    return createAnomalyRows(dataset, source, scopeOver, batchRows)
  }
  const scope = createScope(dataset, table.name, batchRows)
  const columns = table.columns.map(({ name }) => ({ name, vector: scope.vector(name) }))
  const evaluate = (rows: Rows) => scope.evaluate(rows)
  if (!table.anomalies && !table.column_anomalies) return { evaluate, columns }
  const copies = () => createScope(dataset, table.name, batchRows)
  const damaged = createAnomalies(dataset, table, columns, copies, batchRows)
  return {
    columns: damaged.columns,
    evaluate(rows) {
      scope.evaluate(rows)
      damaged.apply(rows)
    },
  }
}

function compileTable(
  dataset: Dataset,
  table: ResolvedTable,
  options: CompileOptions,
): CompiledTable {
  const planned = dataset.plan.tables.find(({ name }) => name === table.name)
  if (!planned) throw new AppError('invalid_config', `table ${table.name} is not in the plan`)
  const batchRows = options.batchRows ?? batchRowsOf(table.columns.length)
  const rows = createRows(batchRows)
  let evaluation: Evaluation | null = null
  const { config } = dataset
  const evaluated = (): Evaluation => {
    evaluation ??= evaluationOf(dataset, table, batchRows)
    return evaluation
  }
  const file = createFileWriter({
    ...{ config, table, rows: planned.rows, mode: options.writer },
    columns: () => evaluated().columns,
  })
  const each: EachBatch = (from, to, use) => {
    const { evaluate, columns } = evaluated()
    for (let at = from; at < to; at += batchRows) {
      setRange(rows, at, Math.min(at + batchRows, to))
      evaluate(rows)
      use({ columns, from: at, n: rows.n })
    }
  }
  return {
    name: table.name,
    rows: planned.rows,
    chunkRows: planned.chunk_rows,
    chunks: planned.chunks,
    columns: table.columns.map(({ name, type }) => ({ name, type })),
    blockRows: config.output.block_rows ?? null,
    get header() {
      return file.header
    },
    footer: file.footer ?? null,
    learned: dataset.learned.get(table.name) ?? null,
    write: (from, to, out) => file.write(from, to, out, each),
    each,
    values(from, to) {
      const result: Scalar[][] = []
      each(from, to, ({ columns, n }) => {
        for (let i = 0; i < n; i++) {
          result.push(columns.map(({ vector }) => scalarAt(vector, i)))
        }
      })
      return result
    },
  }
}

/**
 * The dataset of a resolved config. Columns are compiled when their table is first used; AppError
 * `invalid_config` or `unsupported` from there.
 */
export function compile(
  config: ResolvedConfig,
  plan: Plan,
  options: CompileOptions = {},
): CompiledDataset {
  const random = createGenerator(PARENTS_PER_BLOCK, options.random)
  const learned = learnedTables(config, plan, options.models ?? new Map())
  const dataset = { config, plan, random, sandbox: options.sandbox ?? null, learned }
  const tables = plan.tables.map((planned) => {
    const table = config.tables.find(({ name }) => name === planned.name)
    if (!table) throw new AppError('invalid_config', `no table ${planned.name}`)
    return compileTable(dataset, table, options)
  })
  return {
    tables,
    table(name) {
      const found = tables.find((table) => table.name === name)
      if (found) return found
      throw new AppError('not_found', `no table ${name}`)
    },
    async release() {
      await Promise.all([...learned.values()].map((rows) => rows.release()))
    },
  }
}

function learnedTables(
  { tables, seed }: ResolvedConfig,
  plan: Plan,
  models: ReadonlyMap<string, Model>,
): Map<string, LearnedRows> {
  const found = new Map<string, LearnedRows>()
  for (const { name, learned } of tables) {
    const model = learned && models.get(learned.model)
    const rows = plan.tables.find((planned) => planned.name === name)?.rows ?? 0
    if (!model) continue
    const { conditions = {} } = learned
    found.set(
      name,
      createLearnedRows(() => model.createSampler({ seed, conditions }), rows),
    )
  }
  return found
}
