// A model as it is used: opened from its file, sampled.

import type { SamplerOptions } from './algorithm.ts'
import { algorithmOf } from './algorithms.ts'
import { decodeModelFile, type ModelFile, modelDigest } from './model-file.ts'
import { createEmptySampler } from './nothing.ts'
import type { Sampler } from './sampled.ts'

export type Model = Omit<ModelFile, 'tensors' | 'encoder'> & {
  /** Of its file: lower-case hex SHA-256. */
  digest: string
  /** The caller releases it. AppError `invalid_request` for conditions that cannot be met. */
  createSampler(options: SamplerOptions): Promise<Sampler>
}

/** `digest`, where it is known, spares hashing the file. AppError `invalid_request` for bytes that are no model. */
export function openModel(file: Uint8Array, digest: string = modelDigest(file)): Model {
  const { tensors, encoder, ...model } = decodeModelFile(file)
  const { targets } = model
  return {
    ...model,
    digest,
    createSampler(options) {
      if (targets.length === 0) return Promise.resolve(createEmptySampler())
      return algorithmOf(model.algorithm).createSampler({ targets, encoder, tensors }, options)
    },
  }
}
