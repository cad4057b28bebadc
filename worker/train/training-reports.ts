// What coordinators are told of trainings under way: only the newest of its kind matters, and a new stream hears it again.

import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { ToCoordinator } from '../outbox.ts'
import type { TrainingEvents } from './training-process.ts'

type Told = 'onDevice' | 'onProgress' | 'onCheckpoint' | 'onPreview'

export type TrainingReports = Pick<TrainingEvents, Told> & {
  /** For a new stream. */
  sendAll(): void
  forget(leaseId: Assign['leaseId']): void
}

type Kind = 'trainingDevice' | 'trainingProgress' | 'trainingCheckpoint' | 'trainingPreview'

/** `send` drops the message when no stream is open. */
export function createTrainingReports({
  send,
}: {
  send: (message: ToCoordinator) => void
}): TrainingReports {
  const newest = new Map<string, Map<Kind, ToCoordinator>>()

  function say(leaseId: string, message: ToCoordinator & { case: Kind }): void {
    const known = newest.get(leaseId) ?? new Map<Kind, ToCoordinator>()
    newest.set(leaseId, known.set(message.case, message))
    send(message)
  }

  return {
    onDevice(leaseId, { gpu, refusal }) {
      const value = { leaseId, gpu: gpu ?? '', refusal: refusal ?? '' }
      say(leaseId, { case: 'trainingDevice', value })
    },
    onProgress(leaseId, { step, steps, etaSeconds, candidates, ...progress }) {
      const numbers = { step: BigInt(step), steps: BigInt(steps), etaSeconds: etaSeconds ?? 0 }
      const tried = candidates.map(({ algorithm, score }) => ({ algorithm, score: score ?? -1 }))
      const value = { leaseId, ...progress, ...numbers, candidates: tried }
      say(leaseId, { case: 'trainingProgress', value })
    },
    onCheckpoint(leaseId, { bytes, dagBytes, elapsedMs, ...checkpoint }) {
      const sizes = { bytes: BigInt(bytes), dagBytes: BigInt(dagBytes) }
      const value = { leaseId, ...checkpoint, ...sizes, elapsedMs: BigInt(elapsedMs) }
      say(leaseId, { case: 'trainingCheckpoint', value })
    },
    onPreview(leaseId, { bytes, dagBytes, ...preview }) {
      const sizes = { bytes: BigInt(bytes), dagBytes: BigInt(dagBytes) }
      say(leaseId, { case: 'trainingPreview', value: { leaseId, ...preview, ...sizes } })
    },
    sendAll() {
      for (const messages of newest.values()) for (const message of messages.values()) send(message)
    },
    forget: (leaseId) => void newest.delete(leaseId),
  }
}
