// Where the search for the best model stopped, as bytes: the best file so far, and the checkpoint of the training under
// way.

import Type from 'typebox'
import { Value } from 'typebox/value'
import { canonicalJson } from '#engine/config/canonical.ts'
import { AppError } from '#engine/errors.ts'
import { ALGORITHMS, type Algorithm, CandidateList, type Candidates } from '../model-file.ts'
import { decodeTensorFile, encodeTensorFile, type FileTensor, parseObject } from '../tensor-file.ts'
import type { HeldOutScore } from './held-out-score.ts'

export type AutoProgress = {
  /** Done, in order. */
  candidates: Candidates
  best: { algorithm: Algorithm; file: Uint8Array; score: HeldOutScore } | null
  /** Of the next candidate; null before its first checkpoint. */
  current: Uint8Array | null
  elapsedMs: number
  /** When the time of the candidate under way is over; null without a budget, or between two candidates. */
  endMs: number | null
}

const FORMAT = 'syndata.auto-checkpoint.2'
const TENSORS = { best: 'best', current: 'current' }

const Header = Type.Object({
  candidates: CandidateList,
  best: Type.Union([
    Type.Null(),
    Type.Object({
      algorithm: Type.Enum([...ALGORITHMS]),
      score: Type.Object({ score: Type.Number(), without: Type.Array(Type.Number()) }),
    }),
  ]),
  elapsedMs: Type.Number({ minimum: 0 }),
  endMs: Type.Union([Type.Null(), Type.Number({ minimum: 0 })]),
})

/** `training` says what it belongs to (engine/models/training-digest.ts). */
export function encodeAutoCheckpoint(progress: AutoProgress, training: string): Uint8Array {
  const { candidates, best, current, elapsedMs, endMs } = progress
  const tensors = new Map<string, FileTensor>()
  if (best) tensors.set(TENSORS.best, { shape: [best.file.length], values: best.file })
  if (current) tensors.set(TENSORS.current, { shape: [current.length], values: current })
  const known = best && { algorithm: best.algorithm, score: best.score }
  const header = canonicalJson({ candidates, best: known, elapsedMs, endMs })
  return encodeTensorFile({ metadata: { format: FORMAT, training, progress: header }, tensors })
}

/** AppError `invalid_request` for bytes that are no such checkpoint, or not one of this search. */
export function decodeAutoCheckpoint(file: Uint8Array, training: string): AutoProgress {
  const { metadata, tensors } = decodeTensorFile(file)
  const header: unknown = parseObject(metadata['progress'] ?? '{}')
  if (metadata['format'] !== FORMAT || !Value.Check(Header, header))
    throw new AppError('invalid_request', 'this is no checkpoint')
  if (metadata['training'] !== training)
    throw new AppError(
      'invalid_request',
      'the checkpoint is of other data, options or another release',
    )
  const bytes = (name: string): Uint8Array | null => {
    const values = tensors.get(name)?.values
    return values instanceof Uint8Array ? values : null
  }
  const { candidates, best, elapsedMs, endMs } = header
  const found = bytes(TENSORS.best)
  if (candidates.length > ALGORITHMS.length || (best === null) !== (found === null))
    throw new AppError('invalid_request', 'this is no checkpoint')
  return {
    ...{ candidates, elapsedMs, endMs, current: bytes(TENSORS.current) },
    best: best && found && { ...best, file: found },
  }
}
