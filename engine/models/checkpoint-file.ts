// A stopped training as bytes, for any store: it goes on from them on another worker, and ends with the same
// parameters. The layout is that of model files (engine/models/tensor-file.ts).

import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { canonicalJson } from '#engine/config/canonical.ts'
import { AppError } from '#engine/errors.ts'
import type { Checkpoint } from './fit.ts'
import { decodeTensorFile, encodeTensorFile, type FileTensor, parseObject } from './tensor-file.ts'

const FORMAT = 'syndata.checkpoint.1'

const Count = Type.Integer({ minimum: 0 })
const Numbers = Type.Record(Type.String(), Type.Number())

const Header = Type.Object({
  step: Count,
  rate: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  sums: Numbers,
  history: Type.Array(Type.Object({ epoch: Count, metrics: Numbers, score: Type.Number() })),
  best: Type.Union([Type.Null(), Type.Object({ epoch: Count, score: Type.Number() })]),
  /** State tensors. */
  states: Count,
})

const stateName = (at: number): string => `state ${at}`
const bestName = (at: number): string => `best ${at}`

/** `training` says what it belongs to (engine/models/training-digest.ts). */
export function encodeCheckpoint(checkpoint: Checkpoint, training: string): Uint8Array {
  const { step, rate, sums, history, state, best } = checkpoint
  const header: Static<typeof Header> = {
    ...{ step, rate, sums, history, states: state.length },
    best: best && { epoch: best.epoch, score: best.score },
  }
  const tensors = new Map<string, FileTensor>()
  const add = (values: Float32Array, name: string) =>
    tensors.set(name, { shape: [values.length], values })
  for (const [at, values] of state.entries()) add(values, stateName(at))
  for (const [at, values] of best?.state.entries() ?? []) add(values, bestName(at))
  const metadata = { format: FORMAT, training, checkpoint: canonicalJson(header) }
  return encodeTensorFile({ metadata, tensors })
}

/** AppError `invalid_request` for bytes that are no checkpoint, or not one of this training. */
export function decodeCheckpoint(file: Uint8Array, training: string): Checkpoint {
  const { metadata, tensors } = decodeTensorFile(file)
  if (metadata['format'] !== FORMAT) throw refused('this is no checkpoint')
  if (metadata['training'] !== training)
    throw refused('the checkpoint is of other data, options or another release')
  const header: unknown = parseObject(metadata['checkpoint'] ?? '')
  if (!Value.Check(Header, header)) throw refused('this is no checkpoint')
  const { states, best, ...rest } = header
  if (tensors.size !== states * (best === null ? 1 : 2)) throw refused('this is no checkpoint')
  const read = (name: (at: number) => string): Float32Array[] =>
    Array.from({ length: states }, (_, at) => {
      const values = tensors.get(name(at))?.values
      if (values instanceof Float32Array) return values
      throw refused(`the checkpoint has no ${name(at)}`)
    })
  return { ...rest, state: read(stateName), best: best && { ...best, state: read(bestName) } }
}

function refused(what: string): AppError {
  return new AppError('invalid_request', what)
}
