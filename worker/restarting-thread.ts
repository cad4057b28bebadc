// A thread that comes back: when it dies, its owner is told why, and a new one takes its place.

import { Worker, type WorkerOptions } from 'node:worker_threads'

const RESTART_DELAY_MS = 200

export type RestartingThread<Message> = {
  tell(message: Message): void
  close(): Promise<void>
}

type Events<Answer> = {
  onMessage(message: Answer): void
  onDeath(error: Error): void
  /** The new thread runs. */
  onBack(): void
}

export function createRestartingThread<Message, Answer>(
  script: URL,
  options: WorkerOptions,
  events: Events<Answer>,
): RestartingThread<Message> {
  let closed = false
  let cause: Error | null = null
  let worker = start()

  function start(): Worker {
    const started = new Worker(script, options)
    started.on('message', (message: Answer) => events.onMessage(message))
    started.on('error', (error: Error) => {
      cause = error
    })
    started.once('exit', died)
    return started
  }

  function died(): void {
    if (closed) return
    events.onDeath(cause ?? new Error('the thread ended'))
    cause = null
    setTimeout(comeBack, RESTART_DELAY_MS)
  }

  function comeBack(): void {
    if (closed) return
    worker = start()
    events.onBack()
  }

  return {
    tell: (message) => worker.postMessage(message),
    async close() {
      closed = true
      await worker.terminate()
    },
  }
}
