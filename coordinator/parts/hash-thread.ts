// Entry of the hashing thread: reads parts in order and hashes them, at the lowest priority that the system gives,
// so that hashing behind the chunks takes no time from those that are still made.

import { createHash, type Hash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError, codeOf } from '#engine/errors.ts'
import type { FileHash } from '../ledger/outputs.ts'
import { createDataHasher } from '../publish/arweave-data.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { openStore } from '../storage/open-store.ts'
import type { FromHashThread, ThreadSettings, ToHashThread } from './hash-messages.ts'
import { lowerPriority } from './lower-priority.ts'

if (!parentPort) throw new TypeError('hash-thread.ts runs as a thread of the parts process')
const port = parentPort

type Session = {
  sha256: Hash
  data: ReturnType<typeof createDataHasher> | null
  bytes: number
  dropped: boolean
}

lowerPriority()
const store = await openStore((workerData as ThreadSettings).store)
const sessions = new Map<number, Session>()
const tell = (message: FromHashThread): void => port.postMessage(message)

async function readPart(from: BlockStore, session: Session, cid: string, bytes: number) {
  let seen = 0
  for await (const piece of readRange((name) => from.get(name), cid, 0, bytes)) {
    if (session.dropped) return
    session.sha256.update(piece)
    session.data?.update(piece)
    seen += piece.length
  }
  if (seen !== bytes) throw new AppError('part_missing', `part ${cid} is cut short`)
  session.bytes += bytes
}

function hashOf({ sha256, data, bytes }: Session): FileHash {
  const summary = data?.finish()
  return {
    bytes,
    sha256: sha256.digest('hex'),
    data: summary
      ? {
          root: Buffer.from(summary.dataRoot).toString('base64url'),
          hashes: summary.chunkHashes,
        }
      : null,
  }
}

async function read(id: number, links: Extract<ToHashThread, { type: 'parts' }>['links']) {
  const session = sessions.get(id)
  if (!session) return
  let part: string | null = null
  try {
    for (const { cid, bytes } of links) {
      part = cid
      await readPart(store, session, cid, bytes)
    }
    tell({ type: 'read', session: id })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    tell({ type: 'failed', session: id, code: codeOf(error), message, part })
  }
}

port.on('message', (message: ToHashThread) => {
  const { session: id } = message
  const session = sessions.get(id)
  switch (message.type) {
    case 'begin': {
      const data = message.withData ? createDataHasher() : null
      sessions.set(id, { sha256: createHash('sha256'), data, bytes: 0, dropped: false })
      break
    }
    case 'parts':
      void read(id, message.links)
      break
    case 'finish':
      if (session) tell({ type: 'hash', session: id, hash: hashOf(session) })
      sessions.delete(id)
      break
    case 'drop':
      if (session) session.dropped = true
      sessions.delete(id)
  }
})
