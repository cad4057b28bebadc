// Hashes files on a thread of their own: callers give parts in order and take the hash at the end.

import { Worker } from 'node:worker_threads'
import type { Link } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import type { FileHash } from '../ledger/outputs.ts'
import type { StoreSettings } from '../storage/open-store.ts'
import type { FromHashThread, ToHashThread } from './hash-messages.ts'

export type HashSession = {
  /** Resolves when the parts are read. AppError part_missing with details {part}. One call at a time. */
  add(links: Link[]): Promise<void>
  finish(): Promise<FileHash>
  /** To be called in any case; after `finish` it does nothing. */
  close(): void
}

export type FileHasher = {
  /** `withData`: also the Arweave data root. */
  begin(options: { withData: boolean }): HashSession
  close(): Promise<void>
}

type Waiting = { resolve: (hash: FileHash | null) => void; reject: (error: Error) => void }

export function createFileHasher(store: StoreSettings): FileHasher {
  const waiting = new Map<number, Waiting>()
  let sessions = 0
  const thread = new Worker(new URL('./hash-thread.ts', import.meta.url), { workerData: { store } })
  thread.on('message', (message: FromHashThread) => answer(waiting, message))
  thread.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  })
  const ask = (message: ToHashThread): Promise<FileHash | null> =>
    new Promise((resolve, reject) => {
      waiting.set(message.session, { resolve, reject })
      thread.postMessage(message)
    })
  return {
    begin({ withData }) {
      const session = ++sessions
      thread.postMessage({ type: 'begin', session, withData } satisfies ToHashThread)
      return {
        add: async (links) => void (await ask({ type: 'parts', session, links })),
        finish: async () => (await ask({ type: 'finish', session })) as FileHash,
        close() {
          waiting.delete(session)
          thread.postMessage({ type: 'drop', session } satisfies ToHashThread)
        },
      }
    },
    close: async () => void (await thread.terminate()),
  }
}

function answer(waiting: Map<number, Waiting>, message: FromHashThread): void {
  const asked = waiting.get(message.session)
  waiting.delete(message.session)
  if (message.type === 'failed') {
    const { code, part } = message
    asked?.reject(new AppError(code, message.message, { details: { part } }))
  } else asked?.resolve(message.type === 'hash' ? message.hash : null)
}
