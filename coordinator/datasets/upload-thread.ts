// Entry of a thread that reads uploads, one after the other: stores the bytes of tables, parses them and infers the columns,
// and checks and stores models, so that none of it takes the time of the coordinator's other callers.

import { parentPort, workerData } from 'node:worker_threads'
import { takeModel } from '#coordinator/models/take-model.ts'
import { type BlockStore, verified } from '#coordinator/storage/block-store.ts'
import { openStore, type StoreSettings } from '#coordinator/storage/open-store.ts'
import { AppError, codeOf, ERRORS } from '#engine/errors.ts'
import type { ReadOptions } from '#engine/ingest/records.ts'
import { storeUpload } from './store-upload.ts'
import type { FromReader, ToReader } from './upload-messages.ts'

if (!parentPort) throw new TypeError('upload-thread.ts runs as a thread of the coordinator')
const port = parentPort
const TOLD_EACH_MS = 1_000
const tell = (message: FromReader): void => port.postMessage(message)
const store = telling(verified(await openStore(workerData as StoreSettings)))

/** Whoever reads on in what is stored goes on. */
function telling(store: BlockStore): BlockStore {
  let toldMs = 0
  return {
    ...store,
    get(cid, options) {
      if (Date.now() - toldMs > TOLD_EACH_MS) {
        toldMs = Date.now()
        tell({ type: 'onward' })
      }
      return store.get(cid, options)
    },
  }
}

type Inbox = AsyncIterable<Uint8Array> & { put(bytes: Uint8Array | null): void }

/** Pieces in the order in which they came; null ends them. */
function createInbox(): Inbox {
  const waiting: (Uint8Array | null)[] = []
  let wake: (() => void) | null = null
  return {
    put(bytes) {
      waiting.push(bytes)
      wake?.()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift()
        if (next === null) return
        if (next) {
          tell({ type: 'taken', bytes: next.length })
          yield next
        } else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}

async function answerOf(work: () => Promise<FromReader>): Promise<FromReader> {
  try {
    return await work()
  } catch (error) {
    const known = error instanceof AppError
    const code = codeOf(error)
    const message = known ? error.message : ERRORS[code].title
    return { type: 'failed', code, message, problems: known ? error.problems : [] }
  }
}

async function readTable(inbox: Inbox, options: ReadOptions): Promise<FromReader> {
  const onRoot = (cid: string): void => tell({ type: 'root', cid })
  return { type: 'done', taken: await storeUpload({ store, onRoot }, inbox, options) }
}

const readModel = async (inbox: Inbox): Promise<FromReader> => ({
  type: 'done-model',
  taken: await takeModel(store, inbox),
})

let current: Inbox | null = null

function begin(read: (inbox: Inbox) => Promise<FromReader>): void {
  const inbox = createInbox()
  current = inbox
  void answerOf(() => read(inbox)).then((answer) => {
    current = null
    tell(answer)
  })
}

port.on('message', (message: ToReader) => {
  switch (message.type) {
    case 'begin':
      begin((inbox) => readTable(inbox, message.options))
      break
    case 'begin-model':
      begin(readModel)
      break
    case 'piece':
      current?.put(message.bytes)
      break
    case 'end':
      current?.put(null)
  }
})
