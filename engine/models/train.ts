// From a table to the file of a model of it.

import type { Column, Table } from '#engine/table/table.ts'
import { runtimeClass, type SessionOptions } from '#engine/tensor/session.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { TrainHooks } from './algorithm.ts'
import { algorithmOf } from './algorithms.ts'
import { type Algorithm, encodeModelFile } from './model-file.ts'
import { type GeneratedRule, prepare } from './prepare.ts'
import { shapeOf } from './sampled.ts'

export type TrainOptions = {
  algorithm: Algorithm
  seed: number
  /** The algorithm's own, as its schema has them. */
  options: Record<string, unknown>
  session?: SessionOptions
  /** The rule that makes values like those of a column that is not learned, without containing any of them. */
  ruleFor: (column: Column) => GeneratedRule
}

/**
 * Learns the table and resolves with a model file. The same table, options and runtime class give the same bytes, also
 * after any number of stops at checkpoints. Rejects with AppError `cancelled` once `hooks.signal` is aborted.
 */
export async function trainModel(
  table: Table,
  { algorithm, seed, options, session = {}, ruleFor }: TrainOptions,
  hooks: TrainHooks,
): Promise<Uint8Array> {
  const { columns, targets } = prepare(table, { seed, ruleFor })
  const learned = await algorithmOf(algorithm).train(targets, { ...options, seed }, hooks)
  return encodeModelFile({
    algorithm,
    columns,
    targets: targets.map(shapeOf),
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
