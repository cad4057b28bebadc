// How far a training is, in figures for callers.

import type { JobStatus } from '#coordinator/jobs/job-state.ts'
import { ALGORITHMS } from '#engine/models/model-file.ts'
import type { StoredModel } from './model-json.ts'

/** As models call the states of their jobs. */
export const MODEL_STATUSES = [
  'pending',
  'training',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const
export type ModelStatus = (typeof MODEL_STATUSES)[number]

/** Those of `auto` that take their time, in order; the copula, which is first, takes none. */
const SEARCHED = ['argn', 'tvae', 'ctgan']

/** 100 only once the file is there. Of a search each algorithm counts the same. */
export function trainingPercentage(model: StoredModel, status: ModelStatus | JobStatus): number {
  if (status === 'completed') return 100
  const { done, whole } = searchOf(model)
  const percent = (100 * (done + shareOf(model))) / Math.max(1, whole)
  return Math.min(99.9, Math.floor(percent * 10) / 10)
}

/**
 * Null but while it runs, and before its pace is known. Those that a search has not begun are taken to need as long as the
 * one under way.
 */
export function trainingEta(model: StoredModel, status: ModelStatus | JobStatus): number | null {
  const { eta_seconds: eta = null } = model.progress
  if (eta === null || (status !== 'training' && status !== 'generating')) return null
  const { done, whole } = searchOf(model)
  const share = shareOf(model)
  const further = share < 1 ? (eta / (1 - share)) * Math.max(0, whole - done - 1) : 0
  const { time_budget_seconds: budget } = model.options
  return Math.ceil(Math.min(eta + further, typeof budget === 'number' ? budget : eta + further))
}

/** Of the algorithm that learns; of a search that is over, of the one that was kept. */
export function trainingEpochs(
  model: StoredModel,
  status: ModelStatus,
): { epoch: number; epochs: number } {
  const { progress, latest, options } = model
  if (model.algorithm === 'auto' && status === 'completed') {
    const epoch = latest?.epoch ?? 0
    return { epoch, epochs: latest === null ? 0 : Math.max(progress.epochs ?? 0, epoch) }
  }
  const asked = typeof options['epochs'] === 'number' ? options['epochs'] : null
  return {
    epoch: progress.epoch ?? latest?.epoch ?? 0,
    epochs: progress.epochs ?? asked ?? latest?.epoch ?? 0,
  }
}

/** Of the algorithm under way; 0 where it is tried already, and none is. */
function shareOf({ algorithm: asked, progress }: StoredModel): number {
  const { step = 0, steps = 0, algorithm = '', candidates = [] } = progress
  const isTried = candidates.some((candidate) => candidate.algorithm === algorithm)
  if (steps === 0 || (asked === 'auto' && (isTried || !SEARCHED.includes(algorithm)))) return 0
  return step / steps
}

/** How many algorithms are to be tried, and how many of them are. */
function searchOf({ algorithm, options, progress }: StoredModel): { done: number; whole: number } {
  if (algorithm !== 'auto') return { done: 0, whole: 1 }
  const given = options['algorithms']
  const wanted: readonly unknown[] = Array.isArray(given) ? given : ALGORITHMS
  const tried = SEARCHED.filter((name) => wanted.includes(name))
  const over = (progress.candidates ?? []).filter((one) => tried.includes(one.algorithm))
  return { done: over.length, whole: tried.length }
}
