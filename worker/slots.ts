// Room for leases: compute threads, and the processes of trainings, each of which takes the place of a thread.

import type { Gpu } from '#engine/tensor/session.ts'
import type { Assign, Training } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { type ComputeThread, createComputeThread, type ThreadEvents } from './compute-thread.ts'
import type { InputFile } from './input-cache.ts'
import type { LeaseRun, SpecBody } from './thread-messages.ts'
import { idlestGpu } from './train/idlest-gpu.ts'
import type { TrainingRun } from './train/messages.ts'
import {
  startTraining,
  type TrainingEvents,
  type TrainingProcess,
} from './train/training-process.ts'

export type SlotEvents = ThreadEvents & TrainingEvents
export type SlotOptions = {
  threads: number
  threadMemoryBytes: number
  authority: string
  checkpointEveryMs: number
  /** Trainings take turns at them. */
  gpus: readonly Gpu[]
}

/** A lease with all that it needs. */
type ReadyLease = {
  assignment: Assign
  spec: SpecBody
  inputs: readonly InputFile[]
  /** Chunks to make. */
  waiting: number[]
}

export type Slots = {
  isOneFree(): boolean
  /** Only while one is free. */
  run(lease: ReadyLease): void
  has(leaseId: string): boolean
  /** `checkpoint`: a training ends with one. */
  cancel(leaseId: string, options: { checkpoint: boolean }): void
  /** Ends what runs, as soon as nothing is lost by it. */
  finish(): void
  areIdle(): boolean
  close(): Promise<void>
}

const MIB = 1024 * 1024
const HEAP_MIB_MIN = 64
/** A thread's heap may take half of its memory; the rest is for parts, of which several travel at once. */
const CHUNK_SHARE = 8

export function createSlots(events: SlotEvents, options: SlotOptions): Slots {
  const threads = createThreads(options, events)
  const trainings = new Map<string, TrainingProcess & { gpu: Gpu | null }>()
  const threadOf = (leaseId: string) => threads.find((thread) => thread.leaseId() === leaseId)
  const idleThreads = () => threads.filter((thread) => thread.leaseId() === null)
  const trainingEvents: TrainingEvents = {
    ...events,
    onEnded(leaseId, outcome) {
      trainings.delete(leaseId)
      events.onEnded(leaseId, outcome)
    },
  }
  return {
    isOneFree: () => idleThreads().length > trainings.size,
    run(lease) {
      const { training, leaseId } = lease.assignment
      if (training) {
        const gpu = idlestGpu(options.gpus, [...trainings.values()])
        const run = { ...trainingOf(lease, training, options), gpu }
        trainings.set(leaseId, { ...startTraining(run, trainingEvents), gpu })
      } else idleThreads()[0]?.run(runOf(lease, options.threadMemoryBytes))
    },
    has: (leaseId) => trainings.has(leaseId) || threadOf(leaseId) !== undefined,
    cancel(leaseId, { checkpoint }) {
      const training = trainings.get(leaseId)
      if (checkpoint) training?.pause()
      else training?.kill()
      threadOf(leaseId)?.cancel()
    },
    finish() {
      for (const thread of threads) thread.finish()
      for (const training of trainings.values()) training.pause()
    },
    areIdle: () => trainings.size === 0 && idleThreads().length === threads.length,
    async close() {
      await Promise.all([...threads, ...trainings.values()].map((running) => running.close()))
    },
  }
}

function createThreads(options: SlotOptions, events: ThreadEvents): ComputeThread[] {
  const heapMib = Math.max(HEAP_MIB_MIN, Math.floor(options.threadMemoryBytes / 2 / MIB))
  const settings = { authority: options.authority, heapMib }
  return Array.from({ length: options.threads }, () => createComputeThread(events, settings))
}

const uploadOf = ({ upload }: Assign) => ({
  baseUrl: upload?.baseUrl ?? '',
  token: upload?.token ?? '',
})

function trainingOf(
  { assignment, spec, inputs }: ReadyLease,
  { checkpointSha256, checkpointNumber, elapsedMs }: Training,
  { authority, checkpointEveryMs }: SlotOptions,
): Omit<TrainingRun, 'gpu'> {
  return {
    ...{ leaseId: assignment.leaseId, inputs, authority, checkpointEveryMs },
    spec: Uint8Array.from(spec.body),
    resume: { sha256: checkpointSha256, number: checkpointNumber, elapsedMs: Number(elapsedMs) },
    upload: uploadOf(assignment),
  }
}

function runOf({ assignment, spec, inputs, waiting }: ReadyLease, memoryBytes: number): LeaseRun {
  const { leaseId, table, memoryLimitBytes } = assignment
  const own = Math.floor(memoryBytes / CHUNK_SHARE)
  const told = Number(memoryLimitBytes)
  return {
    leaseId,
    spec,
    inputs,
    table,
    chunks: waiting,
    upload: uploadOf(assignment),
    chunkBytesMax: told > 0 ? Math.min(told, own) : own,
    pieceRows: new Map(),
  }
}
