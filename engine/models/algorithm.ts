// What an algorithm is: how it learns targets, and how its samples are drawn.

import type { TObject } from 'typebox'
import type { SessionOptions } from '#engine/tensor/session.ts'
import type { EpochProgress, FitOptions } from './fit.ts'
import type { Conditions, Sampler, Target, TargetShape, Window } from './sampled.ts'
import type { FileTensor } from './tensor-file.ts'

/** What was learned: plain JSON and tensors. */
export type Learned = {
  encoder: unknown
  tensors: ReadonlyMap<string, FileTensor>
  history: EpochProgress[]
}

export type TrainHooks = Omit<FitOptions, 'epochs' | 'patience'> & { session?: SessionOptions }

export type SamplerOptions = SessionOptions & {
  seed: number
  conditions?: Conditions
  /** What rows have to meet besides; an algorithm that does not draw within it passes over it. */
  window?: Window
}

export type AlgorithmModule = {
  /** Whether its samplers draw within windows. */
  drawsWithin: boolean
  /** What a user may set, with bounds and descriptions; nothing is required. */
  options: TObject
  /** There is a target. `options` fit the schema. Rejects with AppError `cancelled` when the signal is aborted. */
  train(
    targets: readonly Target[],
    options: Record<string, unknown> & { seed: number },
    hooks: TrainHooks,
  ): Promise<Learned>
  /** AppError `invalid_request` where encoder and tensors do not belong together, or conditions cannot be met. */
  createSampler(
    model: { targets: readonly TargetShape[]; encoder: unknown; tensors: Learned['tensors'] },
    options: SamplerOptions,
  ): Promise<Sampler>
}
