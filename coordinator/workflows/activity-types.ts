// The activities as workflows see them. Arguments are ids and small numbers, never configs or values.

import type { JobPlan } from './job-plan.ts'

export type LeaseArgs = { jobId: string; tableNo: number; from: number; to: number }
/** `run`: 0 for the first, one more with each retry, so that the end of an old run cannot end a new one. */
export type RunArgs = { jobId: string; run: number }
export type JobError = { code: string; message: string }

/** Short database work, run inside the workflow worker. */
export type RecordActivities = {
  /** What is to be done now: tables whose chunks are all in the ledger are marked done. */
  planJob(args: { jobId: string }): Promise<JobPlan>
  completeJob(args: RunArgs): Promise<void>
  failJob(args: RunArgs & { error: JobError }): Promise<void>
  cancelJob(args: RunArgs): Promise<void>
  /** Whether a worker with a GPU could take the training now. */
  placeTraining(args: { jobId: string }): Promise<{ gpu: boolean }>
}

/** On the fleet, by asynchronous completion. */
export type LeaseActivities = {
  generateChunks(args: LeaseArgs): Promise<{ chunks: number }>
}

/** On stored parts. One that is missing or damaged ends the activity with `part_missing`. */
export type StorageActivities = {
  /** SHA-256 (and Arweave data root) of every table's file, read once, behind the done chunks. */
  hashOutputs(args: { jobId: string }): Promise<void>
  /** Takes the chunks of lost parts out of the ledger, so that they are made again. */
  dropLostParts(args: { jobId: string }): Promise<{ dropped: number }>
  mergeOutput(args: { jobId: string; tableNo: number }): Promise<void>
  writeManifest(args: { jobId: string }): Promise<void>
  /** Tables of the database that a job writes into: made, checked or emptied. */
  prepareLoad(args: { jobId: string }): Promise<void>
  /** One table's chunks into the database, each once. */
  loadOutput(args: { jobId: string; tableNo: number }): Promise<void>
  /** What is due behind the last table. */
  finishLoad(args: { jobId: string }): Promise<void>
  publishOutput(args: { jobId: string; publisher: string }): Promise<void>
  signArweave(args: { jobId: string; tableNo: number }): Promise<void>
  postArweave(args: { jobId: string; tableNo: number }): Promise<void>
}
