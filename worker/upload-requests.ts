// Requests for presigned URLs that wait for a coordinator's answer: asked again on every new stream, and when no
// answer comes.

import type { UploadUrls } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { ToCoordinator } from './outbox.ts'
import type { BlockSize, SignedPut } from './thread-messages.ts'

const ASK_AGAIN_MS = 10_000

export type UploadRequests = {
  /** Calls `answered` once, with no puts when the coordinator refuses; never if the lease is forgotten before. */
  ask(leaseId: string, blocks: BlockSize[], answered: (puts: SignedPut[]) => void): void
  answer(urls: UploadUrls): void
  forget(leaseId: string): void
  /** For a new stream. */
  sendAll(): void
  close(): void
}

type Waiting = { leaseId: string; blocks: BlockSize[]; answered: (puts: SignedPut[]) => void }

/** `send` drops the message when no stream is open. */
export function createUploadRequests({
  send,
}: {
  send: (message: ToCoordinator) => void
}): UploadRequests {
  const waiting = new Map<bigint, Waiting>()
  let lastId = 0n
  const request = (requestId: bigint, { leaseId, blocks }: Waiting): void => {
    const sizes = blocks.map(({ cid, bytes }) => ({ cid, bytes: BigInt(bytes) }))
    send({ case: 'uploadRequest', value: { leaseId, requestId, blocks: sizes } })
  }
  const sendAll = (): void => {
    for (const [requestId, entry] of waiting) request(requestId, entry)
  }
  const timer = setInterval(sendAll, ASK_AGAIN_MS)
  return {
    sendAll,
    ask(leaseId, blocks, answered) {
      const requestId = ++lastId
      waiting.set(requestId, { leaseId, blocks, answered })
      request(requestId, { leaseId, blocks, answered })
    },
    answer({ requestId, puts }) {
      const entry = waiting.get(requestId)
      waiting.delete(requestId)
      entry?.answered(puts.map(({ url, headers }) => ({ url, headers })))
    },
    forget(leaseId) {
      for (const [requestId, entry] of waiting) {
        if (entry.leaseId === leaseId) waiting.delete(requestId)
      }
    },
    close: () => clearInterval(timer),
  }
}
