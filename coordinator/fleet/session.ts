// One worker's stream from challenge to end: who it is, what it says, what it is told.

import { setTimeout as delay } from 'node:timers/promises'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Logger } from 'pino'
import { AppError, codeOf } from '#engine/errors.ts'
import { newNonce } from '#proto/challenge.ts'
import type {
  ConnectRequest,
  ConnectResponseSchema,
  Hello,
  UploadRequest,
} from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { ServerStream } from '#proto/grpc.ts'
import { PROTOCOL } from '#proto/protocol.ts'
import { runtimeClassOf } from '../ledger/runtime-classes.ts'
import type { Pending } from '../pending.ts'
import { FLEET } from '../workflows/policies.ts'
import { createAcks } from './acks.ts'
import { leaseEnded, workerGone } from './departures.ts'
import type { LeaseBook } from './lease-book.ts'
import { checkProtocol } from './protocol-check.ts'
import type { ConnectedWorker, Registry } from './registry.ts'
import { takeChunkDone, takeChunkFailed } from './results.ts'
import { takeCheckpoint, takeDevice, takePreview, takeProgress } from './trainings.ts'
import type { WorkerRow } from './worker-rows.ts'

export type WorkerStream = ServerStream<
  ConnectRequest,
  MessageInitShape<typeof ConnectResponseSchema>
>

export type SessionDeps = {
  registry: Registry
  leases: LeaseBook
  log: Logger
  /** The worker of a hello whose signature over the nonce verifies; throws AppError otherwise. */
  authenticate(hello: Hello, nonce: Uint8Array): Promise<WorkerRow>
  connected(worker: ConnectedWorker, hello: Hello): Promise<void>
  /** The stream is over; `lost` unless the worker said goodbye. */
  disconnected(worker: ConnectedWorker, outcome: { lost: boolean }): Promise<void>
  signUploads(
    worker: ConnectedWorker,
    request: UploadRequest,
  ): Promise<{ url: string; headers: Record<string, string> }[]>
  refused(peer: string, hello: Hello | null, error: AppError): void
  onRoom(): void
  /** Whether this replica is stopping: it takes no more workers. */
  leaving(): boolean
  pending: Pending
  /** A result has come; to be called back once it is settled. */
  reported(): () => void
}

const RESULT_RETRY_MS = 500

/** Serves the stream until it ends; returns when everything about it is settled. */
export async function serveWorker(deps: SessionDeps, stream: WorkerStream): Promise<void> {
  // A stream that ends in order sends the worker to the next address.
  if (deps.leaving()) return
  const requests = stream.requests[Symbol.asyncIterator]()
  const nonce = newNonce()
  stream.send({ message: { case: 'challenge', value: { nonce } } })
  let hello: Hello | null = null
  try {
    hello = await helloOf(requests)
    checkProtocol(hello)
    const row = await deps.authenticate(hello, nonce)
    const inbox = closeable(requests)
    const worker = workerOf(stream, { row, hello, onClose: () => inbox.close() })
    await welcome(deps, worker, hello)
    await talk(deps, worker, inbox)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    deps.refused(stream.peer, hello, error)
    stream.send({
      message: { case: 'refused', value: { code: error.code, message: error.message } },
    })
  }
}

async function helloOf(requests: AsyncIterator<ConnectRequest>): Promise<Hello> {
  const timeout = new Promise<never>((_, reject) => {
    const error = new AppError('unauthorized', 'no hello in time')
    setTimeout(() => reject(error), FLEET.greetingTimeoutMs).unref()
  })
  const first = await Promise.race([requests.next(), timeout])
  const message = first.done ? undefined : first.value.message
  if (message?.case !== 'hello')
    throw new AppError('unauthorized', 'the first message must be hello')
  return message.value
}

type Inbox = { next(): Promise<IteratorResult<ConnectRequest>>; close(): void }

/** The requests, which also end when we close: a silent peer must not keep the stream. */
function closeable(requests: AsyncIterator<ConnectRequest>): Inbox {
  let closed = false
  let wake: () => void = () => undefined
  const over = { done: true as const, value: undefined }
  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (closed) return resolve(over)
        wake = () => resolve(over)
        requests.next().then(resolve, reject)
      }),
    close() {
      closed = true
      wake()
    },
  }
}

function workerOf(
  stream: WorkerStream,
  { row, hello, onClose }: { row: WorkerRow; hello: Hello; onClose: () => void },
): ConnectedWorker {
  let closed = false
  const send: ConnectedWorker['send'] = (message) => {
    if (!closed) stream.send({ message })
  }
  return {
    id: row.id,
    name: row.name,
    region: row.region,
    trust: row.trust,
    engineVersion: hello.machine?.engineVersion ?? '',
    gpus: hello.machine?.gpus.length ?? 0,
    runtimeClass: runtimeClassOf(hello.machine),
    slots: Math.min(Math.max(1, hello.slots), 256),
    draining: row.state === 'draining',
    suspect: false,
    refused: false,
    lastHeardMs: performance.now(),
    load: { cpu: 0, memoryBytes: 0, memoryTotalBytes: 0, unacknowledged: 0 },
    rowsPerSecond: row.rows_per_second,
    chunksTaken: 0,
    leases: new Set(),
    trainings: new Set(),
    specs: new Set(),
    signal: stream.signal,
    send,
    close(refusal) {
      if (refusal) send({ case: 'refused', value: refusal })
      this.refused = refusal !== undefined
      closed = true
      onClose()
    },
  }
}

/** An older stream of the same worker is closed first: a worker has one. */
async function welcome(deps: SessionDeps, worker: ConnectedWorker, hello: Hello): Promise<void> {
  const older = deps.registry.get(worker.id)
  if (older) {
    older.close()
    await workerGone(deps.leases, older, { lost: false })
  }
  await deps.connected(worker, hello)
  const cancelled: string[] = []
  for (const { leaseId } of hello.running) {
    const lease = await deps.leases.adopt(leaseId, worker)
    if (!lease) cancelled.push(leaseId)
  }
  deps.registry.add(worker)
  worker.send({
    case: 'welcome',
    value: {
      region: worker.region,
      heartbeatIntervalMs: FLEET.heartbeatIntervalMs,
      cancelledLeases: cancelled,
      draining: worker.draining,
      protocol: PROTOCOL,
    },
  })
  deps.leases.deps.assignments.pump()
  deps.onRoom()
}

async function talk(deps: SessionDeps, worker: ConnectedWorker, inbox: Inbox): Promise<void> {
  const acks = createAcks(worker)
  let goodbye = false
  try {
    for (;;) {
      const next = await inbox.next()
      if (next.done) break
      worker.lastHeardMs = performance.now()
      if (next.value.message.case === 'goodbye') goodbye = true
      else handle(deps, worker, { request: next.value, ack: (id) => acks.add(id) })
    }
  } catch (error) {
    deps.log.debug({ err: error, workerId: worker.id }, 'stream broke')
  } finally {
    await deps.disconnected(worker, { lost: !goodbye && !worker.refused })
  }
}

type Handling = { request: ConnectRequest; ack: (resultId: bigint) => void }

/** Nothing here waits: results are acknowledged when they are in the ledger, in any order. */
function handle(deps: SessionDeps, worker: ConnectedWorker, { request, ack }: Handling): void {
  const { message } = request
  const settled = (resultId: bigint, work: () => Promise<unknown>) =>
    void deps.pending.add(settle(deps, worker, work).then((taken) => taken && ack(resultId)))
  switch (message.case) {
    case 'heartbeat':
      worker.load = {
        cpu: message.value.cpu,
        memoryBytes: Number(message.value.memoryBytes),
        memoryTotalBytes: Number(message.value.memoryTotalBytes),
        unacknowledged: message.value.unacknowledged,
      }
      worker.draining ||= message.value.leaving
      break
    case 'chunkDone':
      settled(message.value.resultId, () => takeChunkDone(deps.leases, worker, message.value))
      break
    case 'chunkFailed':
      settled(message.value.resultId, () => takeChunkFailed(deps.leases, worker, message.value))
      break
    case 'leaseEnded':
      leaseEnded(deps.leases, worker, message.value.leaseId)
      ack(message.value.resultId)
      break
    case 'trainingProgress':
      told(deps, worker, () => takeProgress(deps.leases, worker, message.value))
      break
    case 'trainingCheckpoint':
      told(deps, worker, () => takeCheckpoint(deps.leases, worker, message.value))
      break
    case 'trainingDevice':
      told(deps, worker, () => takeDevice(deps.leases, worker, message.value))
      break
    case 'trainingPreview':
      told(deps, worker, () => takePreview(deps.leases, worker, message.value))
      break
    case 'uploadRequest':
      answerUploads(deps, worker, message.value)
      break
    default:
      deps.log.warn({ workerId: worker.id, message: message.case }, 'unexpected message')
  }
}

/** Of a training; what the database does not take is followed by something newer. */
function told(deps: SessionDeps, worker: ConnectedWorker, work: () => Promise<void>): void {
  work().catch((error: unknown) =>
    deps.log.warn({ err: error, workerId: worker.id }, 'report of a training not taken'),
  )
}

/** The report counts as behind until the ledger has it, or its worker is gone and tells another replica. */
async function settle(
  deps: SessionDeps,
  worker: ConnectedWorker,
  work: () => Promise<unknown>,
): Promise<boolean> {
  const settled = deps.reported()
  try {
    return await untilTaken(deps, worker, work)
  } finally {
    settled()
  }
}

/** Repeats while the database is away; the worker holds its result, and sends it again on a new stream. */
async function untilTaken(
  deps: SessionDeps,
  worker: ConnectedWorker,
  work: () => Promise<unknown>,
): Promise<boolean> {
  while (!worker.signal.aborted) {
    try {
      await work()
      return true
    } catch (error) {
      deps.log.debug({ err: error, workerId: worker.id }, 'result not taken yet')
      await delay(RESULT_RETRY_MS, undefined, { signal: worker.signal }).catch(() => undefined)
    }
  }
  return false
}

function answerUploads(deps: SessionDeps, worker: ConnectedWorker, request: UploadRequest): void {
  void deps.signUploads(worker, request).then(
    (puts) => worker.send({ case: 'uploadUrls', value: { requestId: request.requestId, puts } }),
    (error: unknown) => {
      deps.log.warn({ code: codeOf(error), workerId: worker.id }, 'upload URLs refused')
      worker.send({ case: 'uploadUrls', value: { requestId: request.requestId, puts: [] } })
    },
  )
}
