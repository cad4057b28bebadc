// From a table to the file of a model of it.

import type { Column, Table } from '#engine/table/table.ts'
import { runtimeClass, type SessionOptions } from '#engine/tensor/session.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { TrainHooks } from './algorithm.ts'
import { MODULES } from './algorithms.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts'
import type { FitOptions } from './fit.ts'
import { type Algorithm, encodeModelFile } from './model-file.ts'
import { NOTHING_LEARNED } from './nothing.ts'
import { type GeneratedRule, prepare } from './prepare.ts'
import { shapeOf } from './sampled.ts'
import { trainingDigest } from './training-digest.ts'

export type TrainOptions = {
  algorithm: Algorithm
  seed: number
  /** The algorithm's own, as its schema has them. */
  options: Record<string, unknown>
  session?: SessionOptions
  /** The rule that makes values like those of a column that is not learned, without containing any of them. */
  ruleFor: (column: Column) => GeneratedRule
}

/** As those of `fitModel`, with checkpoints as bytes. */
export type TrainingHooks = Omit<FitOptions, 'epochs' | 'patience' | 'onCheckpoint' | 'resume'> & {
  onCheckpoint?: (checkpoint: Uint8Array) => Promise<void>
  /** What `onCheckpoint` was given last, by a training of the same table and options. */
  resume?: Uint8Array
}

/**
 * Learns the table and resolves with a model file. The same table, options and runtime class give the same bytes, also
 * after any number of stops at checkpoints. Rejects with AppError `cancelled` once `hooks.signal` is aborted, and
 * `invalid_request` for a checkpoint of anything else.
 */
export async function trainModel(
  table: Table,
  { algorithm, seed, options, session = {}, ruleFor }: TrainOptions,
  hooks: TrainingHooks,
): Promise<Uint8Array> {
  const preparation = prepare(table, { seed, ruleFor })
  const { columns, targets, derived } = preparation
  const training = trainingDigest(preparation, { algorithm, seed, options })
  const learned =
    targets.length === 0
      ? NOTHING_LEARNED
      : await MODULES[algorithm].train(
          targets,
          { ...options, seed },
          { ...withCheckpoints(hooks, training), session },
        )
  return encodeModelFile({
    algorithm,
    columns,
    targets: targets.map(shapeOf),
    derived,
    encoder: learned.encoder,
    tensors: learned.tensors,
    provenance: {
      engine_version: ENGINE_VERSION,
      runtime_class: runtimeClass(session),
      seed,
      rows: table.rows,
      options,
      history: learned.history,
    },
  })
}

function withCheckpoints(
  { onCheckpoint, resume, ...hooks }: TrainingHooks,
  training: string,
): TrainHooks {
  return {
    ...hooks,
    ...(onCheckpoint && {
      onCheckpoint: (checkpoint) => onCheckpoint(encodeCheckpoint(checkpoint, training)),
    }),
    ...(resume && { resume: decodeCheckpoint(resume, training) }),
  }
}
