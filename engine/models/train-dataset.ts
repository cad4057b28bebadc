// From an uploaded file to a model file: what a training is told, and the training itself.

import type { IngestField } from '#engine/ingest/field.ts'
import { readTable } from '#engine/ingest/read-table.ts'
import type { ByteSource, FileForm, Keep } from '#engine/ingest/records.ts'
import { ruleFor } from '#engine/profile/generated-rule.ts'
import type { SessionOptions } from '#engine/tensor/session.ts'
import { type AutoHooks, type AutoOptions, trainAuto } from './auto/auto.ts'
import type { Algorithm } from './model-file.ts'
import { trainModel } from './train.ts'

/** JSON. */
export type TrainingSpec = {
  algorithm: Algorithm | 'auto'
  seed: number
  /** The algorithm's own, as its schema has them; `algorithms` of auto among them. */
  options: Record<string, unknown>
  /** Rows of the file that are learned; a uniform sample where it has more. */
  max_rows: number
  /** The training ends with the best state after this much time; null: it takes its time. */
  time_budget_seconds: number | null
  /** How the file is read, as `inferFields` found it. */
  dataset: { name: string; form: FileForm; keep: Keep; fields: IngestField[] }
}

type DatasetHooks = Omit<AutoHooks, 'clock'> & {
  /** Milliseconds that earlier workers spent on this training. */
  elapsedMs: number
  /** Where it computes; by default on one thread. */
  session?: SessionOptions
}

/** AppError as `readTable` and `trainModel`, or `trainAuto`. */
export async function trainDataset(
  source: ByteSource,
  { algorithm, seed, options, max_rows, time_budget_seconds, dataset }: TrainingSpec,
  { onPreview, onCandidate, onSteps, onEpoch, elapsedMs, session = {}, ...hooks }: DatasetHooks,
): Promise<Uint8Array> {
  const began = performance.now() - elapsedMs
  const { name, form, keep, fields } = dataset
  const reading = { name, form, keep, maxRows: max_rows, seed, signal: hooks.signal }
  const table = await readTable(source, fields, reading)
  if (algorithm === 'auto') {
    const budget = time_budget_seconds === null ? {} : { time_budget_seconds }
    const own = { ...options, ...budget } as AutoOptions['options']
    const given = { seed, ruleFor, session, options: own }
    const told = {
      ...(onPreview && { onPreview }),
      ...(onCandidate && { onCandidate }),
      ...(onSteps && { onSteps }),
      ...(onEpoch && { onEpoch }),
    }
    return trainAuto(table, given, { ...hooks, ...told })
  }
  const budgetMs = 1000 * (time_budget_seconds ?? Number.POSITIVE_INFINITY)
  return trainModel(
    table,
    { algorithm, seed, options, ruleFor, session },
    {
      ...hooks,
      outOfTime: () => performance.now() - began >= budgetMs,
      onSteps: (done) => onSteps?.({ ...done, algorithm }),
      onEpoch: (done) => onEpoch?.({ ...done, algorithm }),
    },
  )
}
