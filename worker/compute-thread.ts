// One slot: a compute thread and the lease in it. When the thread dies, the lease goes on without the chunk that
// killed it, or with that chunk in smaller pieces if memory was what it died of.

import type { ErrorCode } from '#engine/errors.ts'
import { createRestartingThread } from './restarting-thread.ts'
import type {
  BlockSize,
  ChunkMade,
  FromThread,
  LeaseRun,
  SignedPut,
  ToThread,
} from './thread-messages.ts'

/** Deaths of the thread during one lease that no chunk is to blame for. */
const DEATHS_MAX = 3

export type ChunkFailure = { chunk: number; code: ErrorCode; message: string }

/** No puts: refused. */
export type SignRequest = { blocks: BlockSize[]; answer: (puts: SignedPut[]) => void }

export type ThreadEvents = {
  onMade(leaseId: string, made: ChunkMade): void
  onFailed(leaseId: string, failure: ChunkFailure): void
  onSign(leaseId: string, request: SignRequest): void
  /** Nothing more comes of the lease; the thread is free. */
  onEnded(leaseId: string, outcome: { stale: boolean }): void
  onDeath(error: Error): void
}

export type ComputeThread = {
  leaseId(): string | null
  /** Only while it has no lease. */
  run(lease: LeaseRun): void
  cancel(): void
  /** Ends the lease after the chunks that are begun. */
  finish(): void
  close(): Promise<void>
}

/** `authority`: PEM of the fleet's CA, for uploads by https. */
type Options = { authority: string; heapMib: number; script?: URL }

type Running = {
  lease: LeaseRun
  /** Chunks not reported yet. */
  left: Set<number>
  begun: { chunk: number; pieceRows: number } | null
  deaths: number
}

export function createComputeThread(events: ThreadEvents, options: Options): ComputeThread {
  const script = options.script ?? new URL('./thread.ts', import.meta.url)
  let running: Running | null = null
  let stopping = false

  const settings = {
    workerData: { authority: options.authority },
    resourceLimits: { maxOldGenerationSizeMb: options.heapMib },
  }
  const thread = createRestartingThread<ToThread, FromThread>(script, settings, {
    onMessage: (message) => running && received(running, message),
    onDeath(error) {
      events.onDeath(error)
      if (!running) return
      const { lease, left } = running
      for (const failure of blame(running, error)) {
        left.delete(failure.chunk)
        events.onFailed(lease.leaseId, failure)
      }
    },
    onBack() {
      if (!running) return
      if (stopping || running.left.size === 0) end({ stale: false })
      else start(running)
    },
  })

  function start(next: Running): void {
    running = next
    next.begun = null
    const chunks = next.lease.chunks.filter((chunk) => next.left.has(chunk))
    thread.tell({ type: 'run', lease: { ...next.lease, chunks } })
  }

  function received(current: Running, message: FromThread): void {
    const { leaseId } = current.lease
    if (message.type === 'begun') current.begun = message
    else if (message.type === 'sign') events.onSign(leaseId, signRequest(message))
    else if (message.type === 'ended') end({ stale: message.stale })
    else if (current.left.delete(message.chunk)) {
      if (message.type === 'done') events.onMade(leaseId, message)
      else events.onFailed(leaseId, message)
    }
  }

  const signRequest = ({ requestId, blocks }: { requestId: number; blocks: BlockSize[] }) => ({
    blocks,
    answer: (puts: SignedPut[]) => thread.tell({ type: 'urls', requestId, puts }),
  })

  function end(outcome: { stale: boolean }): void {
    const leaseId = running?.lease.leaseId
    running = null
    if (leaseId !== undefined) events.onEnded(leaseId, outcome)
  }

  return {
    leaseId: () => running?.lease.leaseId ?? null,
    run: (lease) => start({ lease, left: new Set(lease.chunks), begun: null, deaths: 0 }),
    cancel() {
      if (!running) return
      running.left.clear()
      thread.tell({ type: 'cancel', leaseId: running.lease.leaseId })
    },
    finish() {
      stopping = true
      thread.tell({ type: 'finish' })
    },
    close: () => thread.close(),
  }
}

/** The chunks that a death is the end of; one that starved begins with smaller pieces instead. */
function blame(running: Running, error: Error): ChunkFailure[] {
  const { lease, left, begun } = running
  const starved = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
  const code: ErrorCode = starved ? 'out_of_memory' : 'generation_failed'
  const failed = (chunk: number): ChunkFailure => ({ chunk, code, message: error.message })
  if (!begun || !left.has(begun.chunk)) {
    running.deaths++
    return running.deaths >= DEATHS_MAX ? [...left].map(failed) : []
  }
  if (!starved || begun.pieceRows <= 1) return [failed(begun.chunk)]
  const pieceRows = new Map(lease.pieceRows).set(begun.chunk, Math.ceil(begun.pieceRows / 2))
  running.lease = { ...lease, pieceRows }
  return []
}
