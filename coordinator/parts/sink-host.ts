// Runs the sink on its thread, and hears from it what is for the log and the audit.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Sink, SinkDeps } from './sink.ts'
import type { FromSink, SinkSettings, ToSink } from './sink-messages.ts'

type Deps = Pick<SinkDeps, 'log' | 'onRefused' | 'reasons'> & {
  /** The thread ended by itself: without a sink the process is of no use. */
  onFatal: (error: unknown) => void
}

/** Resolves once it listens; rejects when it cannot. */
export async function startSink(deps: Deps, settings: SinkSettings): Promise<Sink> {
  const thread = new Worker(new URL('./sink-thread.ts', import.meta.url), { workerData: settings })
  const answer = (ask: number) =>
    void deps
      .reasons()
      .then((reasons) => thread.postMessage({ type: 'reasons', ask, reasons } satisfies ToSink))
  const url = await new Promise<string>((resolve, reject) => {
    thread.on('error', reject)
    thread.on('message', (message: FromSink) => {
      if (message.type === 'listening') resolve(message.url)
      else if (message.type === 'refused') deps.onRefused(message.refusal)
      else if (message.type === 'asks') answer(message.ask)
      else deps.log.warn(message.fields, message.message)
    })
  })
  let closing = false
  thread.on('error', (error) => deps.onFatal(error))
  thread.on('exit', (code) => {
    if (!closing) deps.onFatal(new Error(`the sink ended with ${code}`))
  })
  return {
    url,
    async close() {
      closing = true
      const ended = once(thread, 'exit')
      thread.postMessage({ type: 'close' } satisfies ToSink)
      await ended
    },
  }
}
