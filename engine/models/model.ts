// A model as it is used: opened from its file, sampled.

import type { SamplerOptions } from './algorithm.ts'
import { MODULES } from './algorithms.ts'
import { allShapes } from './derived/derived.ts'
import { createDerivedSampler } from './derived/sampler.ts'
import { decodeModelFile, type ModelFile, modelDigest } from './model-file.ts'
import { createEmptySampler } from './nothing.ts'
import type { Sampler } from './sampled.ts'

/** `targets` are those that are learned, then those that follow from them. */
export type Model = Omit<ModelFile, 'tensors' | 'encoder' | 'derived'> & {
  /** Of its file: lower-case hex SHA-256. */
  digest: string
  /** The caller releases it. AppError `invalid_request` for conditions that cannot be met. */
  createSampler(options: SamplerOptions): Promise<Sampler>
}

/** `known`, the digest of the file, spares hashing it. AppError `invalid_request` for bytes that are no model or damaged. */
export function openModel(file: Uint8Array, known?: string): Model {
  const { tensors, encoder, derived, ...model } = decodeModelFile(file, {
    whole: known === undefined,
  })
  const digest = known ?? modelDigest(file)
  const { targets } = model
  const open = (options: SamplerOptions): Promise<Sampler> =>
    targets.length === 0
      ? Promise.resolve(createEmptySampler())
      : MODULES[model.algorithm].createSampler({ targets, encoder, tensors }, options)
  const shapes = allShapes(targets, derived)
  const { drawsWithin } = MODULES[model.algorithm]
  return {
    ...model,
    targets: shapes,
    digest,
    createSampler: (options) =>
      derived.length === 0
        ? open(options)
        : createDerivedSampler(open, { derived, shapes, drawsWithin }, options),
  }
}
