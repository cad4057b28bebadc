// The conditional GAN as the other models are used: fitted on targets, saved as plain data.

import type { SessionOptions } from '#engine/tensor/session.ts'
import { type EpochProgress, type FitOptions, fitModel } from '../fit.ts'
import { type Calibration, calibrateDrawing } from '../modes/calibrate.ts'
import { encodeData } from '../modes/encoded-data.ts'
import type { Modes } from '../modes/modes.ts'
import type { Target } from '../sampled.ts'
import { countCodes } from './conditions.ts'
import { createCtganFitting } from './fitting.ts'
import { conditionLaw, ctganDrawing } from './sampling.ts'
import { foldGenerator } from './scoring.ts'
import { type CtganShape, type CtganSizes, ctganShape } from './shape.ts'
import type { CtganTraining } from './training.ts'

export type CtganOptions = CtganTraining &
  CtganSizes & {
    seed: number
    epochs: number
    /** Whether shares and spread of the columns are brought to those of the data afterwards. */
    calibrate: boolean
    session?: SessionOptions
  }

/**
 * Those of the paper, but for the running mean, calibration, a learning rate of 2.5 times theirs, no first moment,
 * and packs of 2 rows in place of 10: pairs of columns come out right in fewer epochs.
 */
export const CTGAN_DEFAULTS: Omit<CtganOptions, 'seed'> = {
  epochs: 300,
  batchRows: 500,
  learningRate: { generator: 5e-4, critic: 5e-4 },
  weightDecay: 0,
  averaging: 0.998,
  embedding: 128,
  generator: [256, 256],
  critic: [256, 256],
  pac: 2,
  calibrate: true,
}

const STEPS_PER_RUN = 30
/** Scores of GANs go up and down: only long standstill means something. */
const PATIENCE = { rate: 50, stop: 150 }

export type FittedCtgan = {
  modes: Modes[]
  shape: CtganShape
  /** Rows by code of each conditioned column. */
  counts: number[][]
  /** The generator with its normalisation inside the layers. */
  folded: Map<string, Float32Array>
  calibration: Calibration
}

/**
 * Learns all rows but a held-out share, which decides which epoch is kept. Rows of a batch are rounded down to whole
 * packs. AppError `invalid_request` where there is nothing to learn or the columns are too wide, `cancelled` once the
 * signal is aborted.
 */
export async function fitCtgan(
  targets: readonly Target[],
  options: CtganOptions & Omit<FitOptions, 'epochs' | 'patience'>,
): Promise<FittedCtgan & { history: EpochProgress[] }> {
  const { seed, embedding, generator, critic, pac, session = {} } = options
  const data = encodeData(targets, seed)
  const { modes, layout } = data
  const shape = ctganShape(layout, modes, { embedding, generator, critic, pac })
  const counts = countCodes(data.train, shape)
  const batchRows = Math.max(1, Math.floor(options.batchRows / pac)) * pac
  const more = { batchRows, stepsPerRun: STEPS_PER_RUN, session }
  const fitting = await createCtganFitting(shape, { ...data, counts }, { ...options, ...more })
  try {
    const { best, history } = await fitModel(fitting, { ...options, patience: PATIENCE })
    const values = fitting.valuesOf(best.state)
    const folded = foldGenerator(shape, values, await fitting.passes.statistics(values))
    const law = conditionLaw(shape, modes, counts, {})
    const drawingOf = (corrections: Float32Array) => ctganDrawing(shape, folded, corrections, law)
    const { calibrate } = options
    const calibration = await calibrateDrawing(data, drawingOf, { ...session, seed, calibrate })
    return { modes, shape, counts, folded, calibration, history }
  } finally {
    await fitting.release()
  }
}
