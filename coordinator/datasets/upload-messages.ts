// What the coordinator and a thread that reads uploads tell each other; one upload at a time.

import type { TakenModel } from '#coordinator/models/take-model.ts'
import type { AppError, ErrorCode } from '#engine/errors.ts'
import type { ReadOptions } from '#engine/ingest/records.ts'
import type { TakenUpload } from './store-upload.ts'

export type ToReader =
  /** Pieces that follow are of this table, or of a model. */
  | { type: 'begin'; options: Omit<ReadOptions, 'signal'> }
  | { type: 'begin-model' }
  | { type: 'piece'; bytes: Uint8Array }
  | { type: 'end' }

/** `done` and `failed` end an upload; pieces of it that come later are passed over. */
export type FromReader =
  /** So many bytes are read: as many more may be sent. */
  | { type: 'taken'; bytes: number }
  /** It goes on with what came; told now and then. */
  | { type: 'onward' }
  /** Root of what is stored so far. */
  | { type: 'root'; cid: string }
  | { type: 'done'; taken: TakenUpload }
  | { type: 'done-model'; taken: TakenModel }
  | { type: 'failed'; code: ErrorCode; message: string; problems: AppError['problems'] }
