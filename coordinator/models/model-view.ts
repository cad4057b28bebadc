// The model as callers see it: its row turned into the object of the REST contract.

import type { JobStatus } from '#coordinator/jobs/job-state.ts'
import { codeOf, ERRORS } from '#engine/errors.ts'
import type { StoredModel } from './model-json.ts'
import type { TrainingState } from './model-row.ts'
import {
  type ModelStatus,
  trainingEpochs,
  trainingEta,
  trainingPercentage,
} from './training-figures.ts'

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
    ...trainingEpochs(model, status),
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
