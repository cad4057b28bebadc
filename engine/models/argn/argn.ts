// The autoregressive model as the others are used: fitted on targets, saved as plain data, sampled.

import type { SessionOptions } from '#engine/tensor/session.ts'
import { type EpochProgress, type FitOptions, fitModel } from '../fit.ts'
import { holdOutRows } from '../held-out-rows.ts'
import { rowsOf, shapeOf, type Target } from '../sampled.ts'
import {
  encodeTokens,
  fitTokens,
  type Tokens,
  tokenCount,
  tokenOptions,
  tokenPlaces,
} from '../tokens/tokens.ts'
import { calibrateShares } from './calibrate.ts'
import { createArgnFitting, type TokenTable } from './fitting.ts'
import { createNetwork } from './network.ts'
import type { FittedArgn } from './sampler.ts'

export type ArgnOptions = {
  seed: number
  epochs: number
  batchRows: number
  learningRate: number
  dropout: number
  /** Multiplies the hidden layers. */
  capacity: number
  session?: SessionOptions
}

/** Rows of a step grow with the table, and the learning rate with their root. */
export function argnDefaults(rows: number): Omit<ArgnOptions, 'seed'> {
  const batchRows = Math.min(2048, Math.max(32, 2 ** Math.floor(Math.log2(rows / 64))))
  const learningRate = 0.0005 * Math.sqrt(batchRows / 32)
  return { epochs: 100, batchRows, learningRate, dropout: 0.25, capacity: 1 }
}

const HELD_OUT_MOST = 10_000
const STEPS_PER_RUN = 20
const PATIENCE = { rate: 2, stop: 8 }

export type FitArgnOptions = ArgnOptions & Omit<FitOptions, 'epochs' | 'patience'>

/** Learns all rows of the targets but a held-out share, which decides when it is done. */
export async function fitArgn(
  targets: readonly Target[],
  options: FitArgnOptions,
): Promise<FittedArgn & { history: EpochProgress[] }> {
  const sizes = tokenOptions(rowsOf(targets))
  const tokens = targets.map((target) => fitTokens(target, sizes))
  const network = createNetwork(tokens.map(tokenCount), options.capacity)
  const data = heldOut(targets, tokens, options.seed)
  const session = options.session ?? {}
  const fitting = await createArgnFitting(network, data, {
    ...{ ...options, session },
    stepsPerRun: STEPS_PER_RUN,
  })
  try {
    const { best, history } = await fitModel(fitting, { ...options, patience: PATIENCE })
    const learned = fitting.parametersOf(best.state)
    const parameters = await calibrateShares(network, learned, data.train, session)
    const shapes = targets.map(shapeOf)
    return { targets: shapes, tokens, network, parameters, history }
  } finally {
    await fitting.release()
  }
}

function heldOut(targets: readonly Target[], tokens: readonly Tokens[], seed: number) {
  const { train, holdout } = holdOutRows(rowsOf(targets), seed, HELD_OUT_MOST)
  const codes = targets.map((target, at) => encodeTokens(tokens[at] as Tokens, target))
  return {
    train: tokenTable(codes, train),
    holdout: tokenTable(codes, holdout),
    places: tokens.map(tokenPlaces),
  }
}

function tokenTable(codes: readonly Int32Array[], rows: Int32Array): TokenTable {
  const tokens = new Int32Array(rows.length * codes.length)
  for (const [column, list] of codes.entries())
    for (const [at, row] of rows.entries()) tokens[at * codes.length + column] = list[row] as number
  return { tokens, rows: rows.length }
}
