// Results on their way into the ledger: kept until acknowledged and sent again on every new stream, oldest first.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type {
  ChunkDoneSchema,
  ChunkFailedSchema,
  ConnectRequestSchema,
  LeaseEndedSchema,
} from '#proto/gen/syndata/v1/fleet_pb.ts'

export type ToCoordinator = NonNullable<MessageInitShape<typeof ConnectRequestSchema>['message']>

/** Without its id, which the outbox gives. */
export type Result =
  | { case: 'chunkDone'; value: MessageInitShape<typeof ChunkDoneSchema> }
  | { case: 'chunkFailed'; value: MessageInitShape<typeof ChunkFailedSchema> }
  | { case: 'leaseEnded'; value: MessageInitShape<typeof LeaseEndedSchema> }

export type Outbox = {
  /** Keeps the result and sends it if a stream is open. */
  add(result: Result): void
  acknowledge(resultIds: readonly bigint[]): void
  /** For a new stream. */
  sendAll(): void
  count(): number
  /** Resolves when everything is acknowledged. */
  empty(): Promise<void>
}

/** `send` drops the message when no stream is open. */
export function createOutbox({ send }: { send: (message: ToCoordinator) => void }): Outbox {
  const waiting = new Map<bigint, ToCoordinator>()
  let lastId = 0n
  let emptied: (() => void)[] = []
  return {
    add(result) {
      const resultId = ++lastId
      const message = withId(result, resultId)
      waiting.set(resultId, message)
      send(message)
    },
    acknowledge(resultIds) {
      for (const id of resultIds) waiting.delete(id)
      if (waiting.size > 0) return
      for (const resolve of emptied) resolve()
      emptied = []
    },
    sendAll() {
      for (const message of waiting.values()) send(message)
    },
    count: () => waiting.size,
    empty: () =>
      waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => void emptied.push(resolve)),
  }
}

function withId(result: Result, resultId: bigint): ToCoordinator {
  switch (result.case) {
    case 'chunkDone':
      return { case: result.case, value: { ...result.value, resultId } }
    case 'chunkFailed':
      return { case: result.case, value: { ...result.value, resultId } }
    case 'leaseEnded':
      return { case: result.case, value: { ...result.value, resultId } }
  }
}
