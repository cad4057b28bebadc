// The types of onnxruntime without its native library, which takes memory and time: that is loaded by the first session.

import { createRequire } from 'node:module'
import type ort from 'onnxruntime-node'

/** What sessions take and give: the class that onnxruntime-node itself compares with. */
export const { Tensor, env } = createRequire(import.meta.url)('onnxruntime-common') as Pick<
  typeof ort,
  'Tensor' | 'env'
>

export type Tensor = ort.Tensor
export type InferenceSession = ort.InferenceSession
/** Outputs of a run by name. */
export type Outputs = ort.InferenceSession.OnnxValueMapType
