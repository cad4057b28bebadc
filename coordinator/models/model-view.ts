// The model as callers see it: its row turned into the object of the REST contract.

import type { JobStatus } from '#coordinator/jobs/job-state.ts'
import { codeOf, ERRORS } from '#engine/errors.ts'
import { ALGORITHMS } from '#engine/models/model-file.ts'
import type { StoredModel } from './model-json.ts'
import type { TrainingState } from './model-row.ts'

export const MODEL_STATUSES = [
  'pending',
  'training',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const
type ModelStatus = (typeof MODEL_STATUSES)[number]

const statusOf = (status: JobStatus): ModelStatus => (status === 'generating' ? 'training' : status)

/** `training` is null for a model that was brought in, or whose job is gone. */
export function modelView(model: StoredModel, training: TrainingState | null) {
  const { progress, latest } = model
  const status = training === null ? 'completed' : statusOf(training.status)
  const running = status === 'training'
  return {
    model_id: model.id,
    project_id: model.project_id,
    name: model.name,
    dataset_id: model.dataset_id,
    job_id: model.job_id,
    algorithm: model.algorithm,
    trained_algorithm: model.file_algorithm,
    status,
    progress_percentage: trainingPercentage(model, status),
    epoch: progress.epoch ?? latest?.epoch ?? 0,
    epochs: progress.epochs ?? askedEpochs(model) ?? latest?.epoch ?? 0,
    eta_seconds: trainingEta(model, status),
    losses: latest?.losses ?? {},
    scores: latest === null ? {} : { held_out: latest.score, best: model.best_score },
    candidates: progress.candidates ?? [],
    trained_on: model.trained_on,
    options: model.options,
    file: fileView(model),
    preview: model.preview && {
      ...{ algorithm: model.preview.algorithm, bytes: model.preview.bytes },
      sha256: model.preview.sha256,
    },
    error: errorView(training?.error ?? null),
    waiting_reason: running || status === 'pending' ? (training?.waiting_reason ?? null) : null,
    created_at: new Date(model.created_at).toISOString(),
    started_at: training?.started_at?.toISOString() ?? null,
    finished_at: training?.finished_at?.toISOString() ?? null,
    links: modelLinks(model.id),
  }
}

/** Null where the request did not say. */
function askedEpochs({ options }: StoredModel): number | null {
  const { epochs } = options as { epochs?: unknown }
  return typeof epochs === 'number' ? epochs : null
}

/** Paths of a model's resources. */
export function modelLinks(modelId: string): Record<string, string> {
  const self = `/api/models/${modelId}`
  return {
    self,
    metrics: `${self}/metrics`,
    evaluation: `${self}/evaluation`,
    events: `${self}/events`,
    file: `${self}/file`,
  }
}

function fileView({ file_bytes: bytes, file_sha256: sha256, file_cid: cid }: StoredModel) {
  return cid === null ? null : { cid, bytes: bytes ?? 0, sha256: sha256 ?? '' }
}

function errorView(error: TrainingState['error']): TrainingState['error'] {
  return error === null ? null : { hint: ERRORS[codeOf(error)].hint, ...error }
}

/** Null but while it runs, and before its pace is known. */
export function trainingEta(
  { progress }: StoredModel,
  status: ModelStatus | JobStatus,
): number | null {
  return status === 'training' || status === 'generating' ? (progress.eta_seconds ?? null) : null
}

/** 100 only once the file is there. Of a search each algorithm counts the same. */
export function trainingPercentage(model: StoredModel, status: ModelStatus | JobStatus): number {
  if (status === 'completed') return 100
  const { step = 0, steps = 0, algorithm = '' } = model.progress
  const share = steps === 0 ? 0 : step / steps
  const percent = 100 * (model.algorithm === 'auto' ? searched(model, algorithm, share) : share)
  return Math.min(99.9, Math.floor(percent * 10) / 10)
}

/** Algorithms in the order in which they are tried; the copula, which is first, takes no time. */
function searched({ options }: StoredModel, algorithm: string, share: number): number {
  const given = options['algorithms']
  const tried = ['argn', 'tvae', 'ctgan'].filter((name) =>
    Array.isArray(given) ? given.includes(name) : ALGORITHMS.some((known) => known === name),
  )
  const at = tried.indexOf(algorithm)
  return at < 0 ? 0 : (at + share) / tried.length
}
