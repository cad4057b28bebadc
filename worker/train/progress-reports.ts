// How far a training is, told now and then: each report is the whole of it.

import type { EpochProgress, StepsDone } from '#engine/models/fit.ts'
import type { Algorithm } from '#engine/models/model-file.ts'
import type { TrainedEpoch, TrainingProgress } from './messages.ts'

const EVERY_MS = 500
/** Epochs told again with each report; the coordinator keeps those before them. */
const HISTORY_MAX = 200

type Of<T> = T & { algorithm: Algorithm }

type ProgressReports = {
  onSteps(done: Of<StepsDone>): void
  onEpoch(done: Of<EpochProgress>): void
  onCandidate(candidate: TrainingProgress['candidates'][number]): void
  /** The last word: what the model is. */
  end(algorithm: Algorithm): void
}

export function createProgressReports(tell: (progress: TrainingProgress) => void): ProgressReports {
  const history: TrainedEpoch[] = []
  const candidates: TrainingProgress['candidates'] = []
  let latest: Omit<TrainingProgress, 'history' | 'candidates'> | null = null
  let toldMs = Number.NEGATIVE_INFINITY
  let first = { algorithm: '', step: 0, atMs: 0 }

  function report(): void {
    if (latest === null) return
    toldMs = performance.now()
    tell({ ...latest, history: history.slice(-HISTORY_MAX), candidates: [...candidates] })
  }

  return {
    onSteps({ algorithm, step, stepsPerEpoch, epochs }) {
      const nowMs = performance.now()
      if (first.algorithm !== algorithm) first = { algorithm, step, atMs: nowMs }
      const steps = epochs * stepsPerEpoch
      const perStepMs = step > first.step ? (nowMs - first.atMs) / (step - first.step) : 0
      const etaSeconds = perStepMs > 0 ? Math.ceil(((steps - step) * perStepMs) / 1000) : null
      const epoch = Math.min(epochs, Math.ceil(step / stepsPerEpoch))
      latest = { algorithm, epoch, epochs, step, steps, etaSeconds }
      if (nowMs - toldMs >= EVERY_MS) report()
    },
    onEpoch({ algorithm, epoch, metrics, score }) {
      history.push({ algorithm, epoch, losses: metrics, score })
    },
    onCandidate: (candidate) => void candidates.push(candidate),
    end(algorithm) {
      latest = {
        ...{ epoch: 0, epochs: 0, step: 0, steps: 0, ...latest },
        ...{ algorithm, etaSeconds: null },
      }
      report()
    },
  }
}
