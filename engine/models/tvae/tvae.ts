// The variational autoencoder as the other models are used: fitted on targets, saved as plain data.

import type { SessionOptions } from '#engine/tensor/session.ts'
import { type EpochProgress, type FitOptions, fitModel } from '../fit.ts'
import { type Calibration, calibrateDrawing } from '../modes/calibrate.ts'
import { encodeData } from '../modes/encoded-data.ts'
import type { Modes } from '../modes/modes.ts'
import type { Target } from '../sampled.ts'
import { createTvaeFitting, type TvaeTraining } from './fitting.ts'
import type { TvaeShape } from './network.ts'
import { fitPrior, type Prior } from './prior.ts'
import { tvaeDrawing } from './sampling.ts'

export type TvaeOptions = TvaeTraining &
  Omit<TvaeShape, 'layout'> & {
    seed: number
    epochs: number
    /** Whether shares and spread of the columns are brought to those of the data afterwards. */
    calibrate: boolean
    session?: SessionOptions
  }

/** Those of the paper, but for calibration. */
export const TVAE_DEFAULTS: Omit<TvaeOptions, 'seed'> = {
  epochs: 300,
  batchRows: 500,
  learningRate: 0.001,
  weightDecay: 0,
  lossFactor: 2,
  embedding: 128,
  encoder: [128, 128],
  decoder: [128, 128],
  calibrate: true,
}

const STEPS_PER_RUN = 60
const PATIENCE = { rate: 5, stop: 20 }

export type FittedTvae = {
  modes: Modes[]
  shape: TvaeShape
  prior: Prior
  calibration: Calibration
}

/**
 * Learns all rows but a held-out share, which decides when it is done. AppError `invalid_request` where there is
 * nothing to learn or the columns are too wide, `cancelled` once the signal is aborted.
 */
export async function fitTvae(
  targets: readonly Target[],
  options: TvaeOptions & Omit<FitOptions, 'epochs' | 'patience'>,
): Promise<FittedTvae & { history: EpochProgress[] }> {
  const { seed, embedding, encoder, decoder, session = {} } = options
  const data = encodeData(targets, seed)
  const { modes, layout } = data
  const shape: TvaeShape = { layout, embedding, encoder, decoder }
  const fitting = await createTvaeFitting(shape, data, {
    ...options,
    stepsPerRun: STEPS_PER_RUN,
    session,
  })
  try {
    const { best, history } = await fitModel(fitting, { ...options, patience: PATIENCE })
    const fitted = fitting.parametersOf(best.state)
    const prior = await fitPrior(shape, data.train, fitted, { seed, session })
    const drawingOf = (corrections: Float32Array) => tvaeDrawing(shape, prior, corrections)
    const { calibrate } = options
    const calibration = await calibrateDrawing(data, drawingOf, { ...session, seed, calibrate })
    return { modes, shape, prior, calibration, history }
  } finally {
    await fitting.release()
  }
}
