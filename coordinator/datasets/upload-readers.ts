// Threads that read uploads. The coordinator passes pieces on, a bounded number of bytes ahead of the reader.

import { Worker } from 'node:worker_threads'
import type { TakenModel } from '#coordinator/models/take-model.ts'
import type { StoreSettings } from '#coordinator/storage/open-store.ts'
import { AppError } from '#engine/errors.ts'
import type { ReadOptions } from '#engine/ingest/records.ts'
import type { TakenUpload } from './store-upload.ts'
import type { FromReader, ToReader } from './upload-messages.ts'

/** Sent and not read yet. */
const AHEAD_BYTES_MAX = 2 * 2 ** 20
/** Threads kept for uploads to come. */
const IDLE_MAX = 1
const HEAP_MIB_MAX = 2_048
/** A reader that has bytes to read and says nothing for so long has met what no table has. */
const STILL_MS = 10 * 60_000

export type UploadReaders = {
  /**
   * AppError as `storeUpload`; rejects with the reason of `signal` when it aborts, and as the source does. The source is
   * left where it is then.
   */
  read(
    source: AsyncIterable<Uint8Array>,
    options: ReadOptions & { onRoot: (cid: string) => void },
  ): Promise<TakenUpload>
  /** AppError as `takeModel`; else as `read`. */
  readModel(
    source: AsyncIterable<Uint8Array>,
    options: { signal?: AbortSignal },
  ): Promise<TakenModel>
  close(): Promise<void>
}

/** Opens the store in each thread. */
export function createUploadReaders(
  store: StoreSettings,
  { stillMs = STILL_MS }: { stillMs?: number } = {},
): UploadReaders {
  const threads = new Set<Worker>()
  const idle: Worker[] = []
  const start = (): Worker => {
    const thread = new Worker(new URL('./upload-thread.ts', import.meta.url), {
      workerData: store,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    })
    threads.add(thread)
    thread.on('error', () => undefined)
    thread.on('exit', () => {
      threads.delete(thread)
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1)
    })
    return thread
  }
  const keep = (thread: Worker): void => {
    thread.unref()
    idle.push(thread)
  }
  const ask = async (asked: Asked): Promise<Extract<Answer, { taken: unknown }>> => {
    const thread = idle.pop() ?? start()
    thread.ref()
    const answer = await converse(thread, asked, stillMs)
    // A model leaves the memory that it took behind.
    const isReusable = answer.type !== 'lost' && asked.first.type === 'begin'
    if (isReusable && idle.length < IDLE_MAX) keep(thread)
    else void thread.terminate()
    if (answer.type === 'lost') throw answer.cause
    if (answer.type !== 'failed') return answer
    throw new AppError(answer.code, answer.message, { problems: answer.problems })
  }
  return {
    async read(source, { signal, onRoot, ...options }) {
      const answer = await ask({ source, signal, onRoot, first: { type: 'begin', options } })
      if (answer.type === 'done') return answer.taken
      throw new AppError('internal', 'the thread read something else')
    },
    async readModel(source, { signal }) {
      const answer = await ask({ source, signal, first: { type: 'begin-model' } })
      if (answer.type === 'done-model') return answer.taken
      throw new AppError('internal', 'the thread read something else')
    },
    async close() {
      await Promise.all([...threads].map((thread) => thread.terminate()))
    },
  }
}

/** `lost`: the thread did not come to an end with it, and is of no use any more. */
type Answer =
  | Extract<FromReader, { type: 'done' | 'done-model' | 'failed' }>
  | { type: 'lost'; cause: unknown }

type Asked = {
  source: AsyncIterable<Uint8Array>
  signal: AbortSignal | undefined
  onRoot?: (cid: string) => void
  first: Extract<ToReader, { type: 'begin' | 'begin-model' }>
}

async function converse(
  thread: Worker,
  { source, signal, onRoot, first }: Asked,
  stillMs: number,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const feeding = createFeed(thread)
  const lose = (cause: unknown): void => resolve({ type: 'lost', cause })
  const watch = setInterval(() => {
    if (feeding.stillMs() > stillMs) lose(stoodStill())
  }, stillMs / 4)
  const onMessage = (message: FromReader): void => {
    feeding.heard()
    if (message.type === 'taken') feeding.taken(message.bytes)
    else if (message.type === 'root') onRoot?.(message.cid)
    else if (message.type !== 'onward') resolve(message)
  }
  const onAbort = (): void => lose(signal?.reason)
  const onError = (error: Error): void => lose(reasonOf(error))
  const onExit = (): void => lose(new AppError('internal', 'The upload was not read to its end.'))
  thread.on('message', onMessage).on('error', onError).on('exit', onExit)
  signal?.addEventListener('abort', onAbort)
  try {
    if (signal?.aborted) onAbort()
    thread.postMessage(first)
    feeding.feed(source).catch(lose)
    return await promise
  } finally {
    feeding.stop()
    clearInterval(watch)
    signal?.removeEventListener('abort', onAbort)
    thread.off('message', onMessage).off('error', onError).off('exit', onExit)
  }
}

/** Sends pieces as long as the thread is not too far behind. */
function createFeed(thread: Worker) {
  let ahead = 0
  let stopped = false
  let ended = false
  let heardMs = performance.now()
  let wake: () => void = () => undefined
  const send = (message: ToReader, transfer: ArrayBuffer[] = []): void =>
    thread.postMessage(message, transfer)
  return {
    async feed(source: AsyncIterable<Uint8Array>): Promise<void> {
      // By hand: a loop that is left would end the source, and the caller reads on.
      const pieces = source[Symbol.asyncIterator]()
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        if (stopped) return
        const bytes = Uint8Array.from(next.value)
        if (ahead === 0) heardMs = performance.now()
        ahead += bytes.length
        send({ type: 'piece', bytes }, [bytes.buffer])
        while (ahead > AHEAD_BYTES_MAX && !stopped)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
      if (stopped) return
      ended = true
      heardMs = performance.now()
      send({ type: 'end' })
    },
    /** How long the thread has said nothing while it had something to read. */
    stillMs: () => (ahead > 0 || ended ? performance.now() - heardMs : 0),
    heard(): void {
      heardMs = performance.now()
    },
    taken(bytes: number): void {
      ahead -= bytes
      wake()
    },
    stop(): void {
      stopped = true
      wake()
    },
  }
}

const stoodStill = (): AppError =>
  new AppError('payload_too_large', 'Reading the file takes longer than a table takes.')

function reasonOf(error: Error): AppError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new AppError('payload_too_large', 'Reading the file takes more memory than there is.')
  return new AppError('internal', 'The upload could not be read.', { cause: error })
}
