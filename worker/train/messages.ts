// What the worker and the process of a training tell each other.

import type { ErrorCode } from '#engine/errors.ts'
import type { Gpu } from '#engine/tensor/session.ts'
import type { InputFile } from '../input-cache.ts'
import type { BlockSize, SignedPut } from '../thread-messages.ts'

/** A training as its process gets it. */
export type TrainingRun = {
  leaseId: string
  /** JSON of the job's spec. */
  spec: Uint8Array
  /** The data, and then the checkpoint if there is one. */
  inputs: readonly InputFile[]
  resume: Resume
  upload: { baseUrl: string; token: string }
  /** PEM of the fleet's CA, for uploads by https. */
  authority: string
  /** At least, between two checkpoints. */
  checkpointEveryMs: number
  /** To train on, if it can be used; null: the machine has none. */
  gpu: Gpu | null
}

/** Where it goes on. `sha256`: of the checkpoint among the inputs; empty: from the beginning. */
export type Resume = { sha256: string; number: number; elapsedMs: number }

export type ToTraining =
  | { type: 'run'; run: TrainingRun }
  /** Ends it soon, with a checkpoint. */
  | { type: 'pause' }
  /** No URLs: refused. */
  | { type: 'urls'; requestId: number; puts: SignedPut[] }

/** A part that is stored. */
export type StoredFile = { cid: string; bytes: number; dagBytes: number; sha256: string }

export type TrainedEpoch = {
  algorithm: string
  epoch: number
  losses: Record<string, number>
  score: number
}

export type TrainingProgress = {
  algorithm: string
  epoch: number
  epochs: number
  step: number
  steps: number
  etaSeconds: number | null
  /** Epochs that this process finished. */
  history: TrainedEpoch[]
  /** Of a search: what was tried, in order. */
  candidates: { algorithm: string; score: number | null }[]
}

/** What it trains on. `gpu`: null on the processor; `refusal`: why that is so although there is a GPU. */
export type TrainingDevice = { gpu: string | null; refusal: string | null }

export type TrainingCheckpoint = StoredFile & { number: number; elapsedMs: number }
export type TrainingPreview = StoredFile & { algorithm: string }

/** `done`, `failed` and `stopped` are last. */
export type FromTraining =
  | { type: 'device'; device: TrainingDevice }
  | { type: 'progress'; progress: TrainingProgress }
  | { type: 'checkpoint'; checkpoint: TrainingCheckpoint }
  | { type: 'preview'; preview: TrainingPreview }
  | { type: 'sign'; requestId: number; blocks: BlockSize[] }
  | { type: 'done'; file: StoredFile; durationMs: number }
  | { type: 'failed'; code: ErrorCode; message: string }
  /** Paused; `stale`: the store refused the lease's upload token. */
  | { type: 'stopped'; stale: boolean }
