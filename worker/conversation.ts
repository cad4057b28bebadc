// One stream with one coordinator, from its challenge to its end: proves who this worker is, takes work, brings
// results and heartbeats.

import type { Logger } from 'pino'
import { codeOf, ERRORS, type ErrorCode } from '#engine/errors.ts'
import { connectMessage, signMessage } from '#proto/challenge.ts'
import type { ConnectResponse, FleetService, Welcome } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Calls } from '#proto/grpc.ts'
import { RpcError } from '#proto/grpc-status.ts'
import { PROTOCOL } from '#proto/protocol.ts'
import type { Enrolled } from './enroll.ts'
import type { Leases } from './leases.ts'
import type { Load } from './load.ts'
import type { Machine } from './machine.ts'
import type { Outbox } from './outbox.ts'
import { isServing, type SessionEvent, type SessionState } from './session-state.ts'
import type { Specs } from './specs.ts'
import type { TrainingReports } from './train/training-reports.ts'
import type { UploadRequests } from './upload-requests.ts'

const GREETING_TIMEOUT_MS = 10_000
const HEARTBEAT_MS = 1_000
/** Refusals that no further try can change. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'worker_revoked',
  'signature_invalid',
  'enrollment_refused',
  'engine_mismatch',
  'worker_outdated',
  'forbidden',
])

export type Stream = ReturnType<Calls<typeof FleetService>['connect']>
export type Work = {
  leases: Leases
  outbox: Outbox
  specs: Specs
  uploads: UploadRequests
  trainings: TrainingReports
}

export type ConversationDeps = {
  enrolled: Enrolled
  machine: Machine
  slots: number
  work: Work
  log: Logger
  measure: () => Load
  /** Whether it was told to stop, and only finishes what it has begun. */
  leaving: () => boolean
  /** Advances the session's state, which this stream shares with those before and after it. */
  happened: (event: SessionEvent) => SessionState
  state: () => SessionState
}

export type BeatDeps = Pick<ConversationDeps, 'work' | 'machine' | 'measure' | 'leaving'>

/** Returns when the stream is over; RpcError when it broke or the coordinator refused this worker. */
export async function converse(deps: ConversationDeps, stream: Stream): Promise<void> {
  const { state } = deps
  const greeting = setTimeout(() => stream.cancel(), GREETING_TIMEOUT_MS)
  let heartbeats: NodeJS.Timeout | undefined
  try {
    for await (const { message } of stream.responses) {
      if (message.case === 'challenge') answer(deps, stream, message.value.nonce)
      else if (message.case === 'welcome') {
        clearTimeout(greeting)
        welcomed(deps, message.value)
        const interval = message.value.heartbeatIntervalMs || HEARTBEAT_MS
        heartbeats = setInterval(() => beat(deps, stream), interval)
      } else heard(deps, message)
      if (state() === 'connecting' || state() === 'stopped') return
    }
  } finally {
    clearTimeout(greeting)
    clearInterval(heartbeats)
    stream.cancel()
  }
}

/** The signature covers the certificate of this very connection: nobody in between can use it elsewhere. */
function answer(deps: ConversationDeps, stream: Stream, nonce: Uint8Array): void {
  const { enrolled, machine, slots, work } = deps
  deps.happened('challenged')
  const message = connectMessage(nonce, stream.serverCertificate() ?? new Uint8Array())
  const hello = {
    workerId: enrolled.membership.workerId,
    signature: signMessage(enrolled.privateKey, message),
    machine,
    slots,
    running: work.leases.running(),
    protocol: PROTOCOL,
  }
  stream.send({ message: { case: 'hello', value: hello } })
}

function welcomed({ happened, work, log }: ConversationDeps, welcome: Welcome): void {
  const { region, draining, cancelledLeases } = welcome
  if (!isServing(happened('welcomed'))) return
  if (draining) happened('drained')
  log.info({ region, draining }, 'connected')
  for (const leaseId of cancelledLeases) work.leases.cancel(leaseId)
  work.trainings.sendAll()
  work.outbox.sendAll()
  work.uploads.sendAll()
}

/** Tells how this worker is; and, once it leaves, that it takes nothing more. */
export function beat({ work, machine, measure, leaving }: BeatDeps, stream: Stream): void {
  const running = work.leases.running()
  const memoryTotalBytes = machine.memoryBytes
  const unacknowledged = work.outbox.count()
  const load = { ...measure(), memoryTotalBytes, busySlots: running.length, unacknowledged }
  const value = { ...load, running, leaving: leaving() }
  stream.send({ message: { case: 'heartbeat', value } })
}

function heard(deps: ConversationDeps, message: ConnectResponse['message']): void {
  const { work, happened, log } = deps
  if (message.case === 'refused') throw refusal(deps, message.value)
  if (!isServing(deps.state())) {
    happened('cut')
    return
  }
  switch (message.case) {
    case 'drain':
      log.info({ draining: message.value.draining }, 'drain')
      happened(message.value.draining ? 'drained' : 'resumed')
      break
    case 'spec':
      work.specs.add(message.value)
      work.leases.pump()
      break
    case 'assign':
      work.leases.assign(message.value)
      break
    case 'ack':
      work.outbox.acknowledge(message.value.resultIds)
      break
    case 'cancelLease':
      work.leases.cancel(message.value.leaseId, message.value)
      break
    case 'uploadUrls':
      work.uploads.answer(message.value)
      break
    default:
      log.debug({ message: message.case }, 'a message that this release does not know')
  }
}

function refusal(
  { happened }: ConversationDeps,
  { code, message }: { code: string; message: string },
): RpcError {
  const known = codeOf({ code })
  if (FINAL.has(known)) happened('refused')
  return new RpcError(known, `${message}. ${ERRORS[known].hint}`)
}
