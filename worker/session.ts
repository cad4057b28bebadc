// The worker's connection over time: dials the coordinators one after the other until one answers, and begins
// anew whenever the stream is lost, until the worker leaves or is refused for good.

import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { codeOf } from '#engine/errors.ts'
import { FLEET_SERVER_NAME } from '#proto/challenge.ts'
import { FleetService } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { createRpcClient } from '#proto/grpc.ts'
import { createBackoff } from './backoff.ts'
import { type BeatDeps, beat, converse, type Stream, type Work } from './conversation.ts'
import type { Enrolled } from './enroll.ts'
import { createLoadMeter } from './load.ts'
import type { Machine } from './machine.ts'
import type { ToCoordinator } from './outbox.ts'
import {
  isServing,
  nextSessionState,
  type SessionEvent,
  type SessionState,
} from './session-state.ts'

/** For the goodbye to be read and the stream to be ended by the coordinator. */
const FAREWELL_MS = 500

export type Session = {
  state(): SessionState
  /** Drops the message when no coordinator listens. */
  send(message: ToCoordinator): void
  /** Until `leave`; RpcError with the coordinator's code when it refuses this worker for good. */
  run(work: Work): Promise<void>
  /** Tells the coordinator that nothing more is to be assigned: what is begun is being finished. */
  wane(): void
  /** Says goodbye, which ends `run`. */
  leave(reason: string): Promise<void>
}

type Deps = { enrolled: Enrolled; machine: Machine; log: Logger }
/** `addresses`: host:port, at least one. */
type Options = { addresses: string[]; slots: number }

export function createSession({ enrolled, machine, log }: Deps, options: Options): Session {
  const tls = { root: enrolled.membership.authority, serverName: FLEET_SERVER_NAME }
  const over = new AbortController()
  const backoff = createBackoff()
  const measure = createLoadMeter()
  let current: SessionState = 'connecting'
  let [waning, leaving] = [false, false]
  let refusals = 0
  let stream: Stream | null = null
  let told: BeatDeps | null = null

  const state = (): SessionState => current

  function happened(event: SessionEvent): SessionState {
    current = nextSessionState(current, event)
    if (event === 'welcomed') backoff.reset()
    return current
  }

  async function dial(address: string, work: Work): Promise<void> {
    const client = createRpcClient(FleetService, { address, tls })
    try {
      stream = client.calls.connect({ signal: over.signal })
      const { slots } = options
      told = { work, machine, measure, leaving: () => waning }
      await converse({ ...told, enrolled, log, slots, happened, state }, stream)
    } finally {
      stream = null
      client.close()
    }
  }

  return {
    state,
    send(message) {
      if (isServing(current)) stream?.send({ message })
    },
    async run(work) {
      for (let attempt = 0; ; attempt++) {
        const address = options.addresses[attempt % options.addresses.length] ?? ''
        const failure = await dial(address, work).then(
          () => new Error('the stream ended'),
          (error: Error) => error,
        )
        if (leaving) return
        refusals = codeOf(failure) === 'coordinator_outdated' ? refusals + 1 : 0
        // Another replica may be of a newer release already.
        if (refusals >= options.addresses.length) happened('refused')
        if (happened('cut') === 'stopped') throw failure
        log.info({ address, reason: failure.message }, 'not connected')
        await backoff.wait({ signal: over.signal }).catch(() => undefined)
      }
    },
    wane() {
      waning = true
      if (isServing(current) && stream && told) beat(told, stream)
    },
    async leave(reason) {
      leaving = true
      const open = isServing(current) ? stream : null
      open?.send({ message: { case: 'goodbye', value: { reason } } })
      happened('left')
      open?.end()
      if (open) await delay(FAREWELL_MS)
      over.abort()
    },
  }
}
