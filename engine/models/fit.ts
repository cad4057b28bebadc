// Fits a neural model epoch by epoch: the learning rate is halved where the score on held-out rows stands still, the
// state that scores best is kept. What a step reads depends on its number alone, so a training may stop and go on anywhere.

import { AppError } from '#engine/errors.ts'
import type { Trainer } from '#engine/tensor/trainer.ts'

/** What a kind of model brings to be fitted. */
export type Fitting = {
  trainer: Trainer
  stepsPerEpoch: number
  /** Steps that the feeds of the trainer hold at most. */
  stepsPerRun: number
  /** Fills the feeds with `count` steps from step number `step` on, `rate` multiplying their learning rates. */
  fill(step: number, count: number, rate: number): void
  /** How far the present state is from rows that it does not learn from; lower is better. */
  score(): Promise<number>
}

export type FitOptions = {
  epochs: number
  /** Epochs without a better score after which the learning rate is halved, and after which the training ends. */
  patience: { rate: number; stop: number }
  signal: AbortSignal
  /** Called after every run of steps; a checkpoint is taken when it says so, and after every epoch. */
  checkpointDue?: () => boolean
  onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>
  onEpoch?: (progress: EpochProgress) => void
  /** Called after every run of steps. */
  onSteps?: (done: StepsDone) => void
  /** Where an earlier training of the same model, data and options stopped. */
  resume?: Checkpoint
  /** Asked after every run of steps: true ends the training with the best state so far. */
  outOfTime?: () => boolean
}

/** Steps of all epochs so far; the training may end before the last epoch. */
export type StepsDone = { step: number; stepsPerEpoch: number; epochs: number }

/** Means of a finished epoch's metrics, and its score. */
export type EpochProgress = { epoch: number; metrics: Record<string, number>; score: number }

/** Everything that a training goes on from: plain data, for any store. */
export type Checkpoint = {
  /** Steps done. */
  step: number
  /** What the learning rate is multiplied by. */
  rate: number
  /** Sums of the metrics of the epoch under way. */
  sums: Record<string, number>
  state: Float32Array[]
  best: { epoch: number; score: number; state: Float32Array[] } | null
  history: EpochProgress[]
}

export type Fitted = Pick<Checkpoint, 'history'> & { best: NonNullable<Checkpoint['best']> }

/** Rows of a batch that its losses are told by: gradients need no loss, and that of all rows costs up to 5 % of a step. */
export const SHOWN_ROWS = 100

const LEAST_RATE = 1 / 64

/**
 * Rejects with AppError `cancelled` once the signal is aborted, between two runs; `invalid_request` where the losses
 * become infinite before any state had a score, or a checkpoint is not of this model.
 */
export async function fitModel(fitting: Fitting, options: FitOptions): Promise<Fitted> {
  const { trainer, stepsPerEpoch } = fitting
  const progress = options.resume ? resumed(trainer, options.resume) : start(trainer)
  const last = options.epochs * stepsPerEpoch
  while (progress.step < last && epochsSinceBest(progress) < options.patience.stop) {
    if (options.signal.aborted) throw new AppError('cancelled', 'the training was ended')
    await runSteps(fitting, progress)
    options.onSteps?.({ step: progress.step, stepsPerEpoch, epochs: options.epochs })
    const epochEnds = progress.step % stepsPerEpoch === 0
    if (epochEnds && !(await endEpoch(fitting, progress, options))) break
    if (options.onCheckpoint && (epochEnds || options.checkpointDue?.()))
      await options.onCheckpoint({ ...progress, state: trainer.save() })
    if (options.outOfTime?.()) break
  }
  const { history } = progress
  const best = progress.best ?? { epoch: 0, score: await fitting.score(), state: trainer.save() }
  if (!Number.isFinite(best.score))
    throw new AppError('invalid_request', 'the training diverged: lower its learning rate')
  return { history, best }
}

function resumed(trainer: Trainer, checkpoint: Checkpoint): Checkpoint {
  const present = trainer.save()
  for (const state of [checkpoint.state, checkpoint.best?.state ?? present])
    if (
      state.length !== present.length ||
      state.some((values, at) => values.length !== present[at]?.length)
    )
      throw new AppError('invalid_request', 'the checkpoint is of another model')
  trainer.load(checkpoint.state)
  return { ...checkpoint, sums: { ...checkpoint.sums }, history: [...checkpoint.history] }
}

const start = (trainer: Trainer): Checkpoint => {
  return { step: 0, rate: 1, sums: {}, state: trainer.save(), best: null, history: [] }
}

function epochsSinceBest({ best, history }: Checkpoint): number {
  return best === null ? 0 : history.length - best.epoch
}

async function runSteps(fitting: Fitting, progress: Checkpoint): Promise<void> {
  const { trainer, stepsPerEpoch, stepsPerRun } = fitting
  const { step } = progress
  const untilEpoch = stepsPerEpoch - (step % stepsPerEpoch)
  const count = Math.ceil(untilEpoch / Math.ceil(untilEpoch / stepsPerRun))
  fitting.fill(step, count, progress.rate)
  for (const [name, values] of Object.entries(await trainer.run(count)))
    progress.sums[name] = values.reduce((sum, value) => sum + value, progress.sums[name] ?? 0)
  progress.step += count
}

/** False, and nothing noted, where the numbers are no numbers any more. */
async function endEpoch(
  fitting: Fitting,
  progress: Checkpoint,
  { onEpoch, patience }: FitOptions,
): Promise<boolean> {
  const { trainer, stepsPerEpoch } = fitting
  const epoch = progress.step / stepsPerEpoch
  const metrics = Object.fromEntries(
    Object.entries(progress.sums).map(([name, sum]) => [name, sum / stepsPerEpoch]),
  )
  const done = { epoch, metrics, score: await fitting.score() }
  if (![done.score, ...Object.values(metrics)].every(Number.isFinite)) return false
  progress.sums = {}
  progress.history.push(done)
  if (progress.best === null || done.score < progress.best.score)
    progress.best = { epoch, score: done.score, state: trainer.save() }
  const still = epochsSinceBest(progress)
  if (still > 0 && still % patience.rate === 0)
    progress.rate = Math.max(LEAST_RATE, progress.rate / 2)
  onEpoch?.(done)
  return true
}
