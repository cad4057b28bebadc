// What a measuring thread is told, whole: it reads the part store, and never Postgres.

import type { DatasetInput } from '#coordinator/datasets/dataset-input.ts'
import type { StoredFile } from '#coordinator/datasets/stored-file.ts'
import type { InputRef } from '#coordinator/fleet/input-grants.ts'
import type { StoreSettings } from '#coordinator/storage/open-store.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { ErrorCode } from '#engine/errors.ts'
import type { Plan } from '#engine/plan.ts'

/** `checkpoint` is what an earlier attempt kept of it. */
export type ProfileWork = { kind: 'profile'; dataset: DatasetInput; checkpoint: StoredFile | null }

/** A table of a job, whose rows are made again. */
export type JobRows = {
  config: ResolvedConfig
  plan: Plan
  inputs: InputRef[]
  /** By name; null for the first. */
  table: string | null
}

/** A model's file, and how the rows that it learned were taken from the dataset. */
export type ModelSample = {
  file: InputRef
  name: string
  training: { seed: number; maxRows: number; auto: boolean }
}

export type TableSource = { dataset: DatasetInput } | { job: JobRows }

export type EvaluationWork = {
  kind: 'evaluation'
  /** Of a model: the dataset that it learned. */
  real: TableSource
  synthetic: TableSource | { model: ModelSample }
  holdout: TableSource | null
  target: string | null
  seed: number
  maxRows: number | null
}

export type Work = ProfileWork | EvaluationWork

export type ThreadData = { work: Work; store: StoreSettings; checkpointMs: number }

/** Compressed by gzip; `config` is of profiles alone. */
export type Measured = { document: Uint8Array; page: Uint8Array; config: Uint8Array | null }

export type Answer = Measured | { code: ErrorCode; message: string }

/** What a thread says before its answer: the share of the table that it has read, what it has kept of its work. */
export type Onward = { progress: number } | { checkpoint: StoredFile }
