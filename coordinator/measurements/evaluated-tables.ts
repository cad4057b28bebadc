// The tables of an evaluation, in memory: of datasets, of jobs, of models.

import type { DatasetInput } from '#coordinator/datasets/dataset-input.ts'
import { datasetTable } from '#coordinator/datasets/dataset-table.ts'
import { createOpenedModels } from '#coordinator/models/opened-models.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { AppError } from '#engine/errors.ts'
import { ALL_ROWS_MAX } from '#engine/evaluate/evaluate.ts'
import { createReservoir } from '#engine/ingest/reservoir.ts'
import { splitRows } from '#engine/models/auto/split-rows.ts'
import { restore } from '#engine/models/prepare.ts'
import { type Table, takeRows } from '#engine/table/table.ts'
import { readJobTable } from './job-table.ts'
import type { EvaluationWork, ModelSample, TableSource } from './work.ts'

export type TableDeps = { store: Pick<BlockStore, 'get'> }

export type EvaluatedTables = { real: Table; synthetic: Table; holdout: Table | null }

/** Of longer tables as many rows are drawn. */
const CELLS_MAX = 10_000_000
/** Fewer held-out rows say nothing. */
const HOLDOUT_LEAST = 50

function rowsMaxOf(columns: number): number {
  return Math.min(ALL_ROWS_MAX, Math.ceil(CELLS_MAX / Math.max(1, columns)))
}

/** AppError as reading the files, making the rows and sampling the model do. */
export async function tablesOf(deps: TableDeps, work: EvaluationWork): Promise<EvaluatedTables> {
  const { real, synthetic, holdout, seed } = work
  if ('model' in synthetic) {
    if (!('dataset' in real)) throw new AppError('internal', 'a model is of a dataset')
    return tablesOfModel(deps, real.dataset, synthetic.model, seed)
  }
  return {
    real: await sourceTable(deps, real, seed),
    synthetic: await sourceTable(deps, synthetic, seed),
    holdout: holdout && (await sourceTable(deps, holdout, seed)),
  }
}

async function sourceTable(deps: TableDeps, source: TableSource, seed: number): Promise<Table> {
  if ('dataset' in source) return tableOf(deps, source.dataset, seed)
  return readJobTable(deps.store, source.job, rowsMaxOf)
}

function tableOf({ store }: TableDeps, input: DatasetInput, seed: number): Promise<Table> {
  return datasetTable(store, input, { maxRows: rowsMaxOf(input.fields.length), seed })
}

async function tablesOfModel(
  deps: TableDeps,
  input: DatasetInput,
  model: ModelSample,
  seed: number,
): Promise<EvaluatedTables> {
  const all = await tableOf(deps, input, seed)
  const { learned: real, holdout } =
    all.rows < input.rows ? { learned: all, holdout: null } : learnedRows(all, model.training)
  return { real, synthetic: await sampleModel(deps, model, { rows: real.rows, seed }), holdout }
}

/** The rows that a training of the whole table learned, and others, as `readTable` and the search took them. */
function learnedRows(
  all: Table,
  { seed, maxRows, auto }: ModelSample['training'],
): { learned: Table; holdout: Table | null } {
  const last = new Map<number, number>()
  for (const [row, slot] of createReservoir(maxRows, seed).take(all.rows).rows.entries())
    if (slot >= 0) last.set(slot, row)
  const taken = new Set(last.values())
  const numbers = Int32Array.from({ length: all.rows }, (_, row) => row)
  const table = takeRows(
    all,
    numbers.filter((row) => taken.has(row)),
  )
  const others = numbers.filter((row) => !taken.has(row))
  const split = auto ? splitRows(table, seed) : { learned: table, heldOut: table }
  const { learned, heldOut } = split
  if (others.length >= HOLDOUT_LEAST) return { learned, holdout: takeRows(all, others) }
  return { learned, holdout: heldOut === learned ? null : heldOut }
}

async function sampleModel(
  { store }: TableDeps,
  { file, name }: ModelSample,
  { rows, seed }: { rows: number; seed: number },
): Promise<Table> {
  const model = await createOpenedModels(store.get).open(file)
  const sampler = await model.createSampler({ seed })
  try {
    const sampled = await sampler.sample({ from: 0, to: rows }, {})
    return { name, rows, columns: restore(model.columns, sampled, rows) }
  } finally {
    await sampler.release()
  }
}
