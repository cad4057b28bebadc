// Entry of the sink's thread. The sink has a heap of its own: receiving allocates outside the heap, which makes V8
// collect often, and collecting the large heap of the rest of the process cost more than the uploads themselves.

import { parentPort, workerData } from 'node:worker_threads'
import { openStore } from '../storage/open-store.ts'
import { createSink } from './sink.ts'
import type { FromSink, SinkSettings, ToSink } from './sink-messages.ts'

if (!parentPort) throw new TypeError('sink-thread.ts runs as a thread of the parts process')
const port = parentPort
const tell = (message: FromSink): void => port.postMessage(message)

const settings = workerData as SinkSettings
const asked = new Map<number, (reasons: string[]) => void>()
let asks = 0

/** The rest of the process knows. */
const reasons = () =>
  new Promise<string[]>((resolve) => {
    asks += 1
    asked.set(asks, resolve)
    tell({ type: 'asks', ask: asks })
  })

function answered(ask: number, told: string[]): void {
  asked.get(ask)?.(told)
  asked.delete(ask)
}

const store = await openStore(settings.store)
const sink = await createSink(
  {
    store,
    key: settings.key,
    log: { warn: (fields, message) => tell({ type: 'warning', fields: { ...fields }, message }) },
    onRefused: (refusal) => tell({ type: 'refused', refusal }),
    reasons,
  },
  settings.options,
)
port.on('message', (message: ToSink) => {
  if (message.type === 'reasons') answered(message.ask, message.reasons)
  else
    void sink
      .close()
      .then(() => store.close())
      .then(() => port.close())
})
tell({ type: 'listening', url: sink.url })
