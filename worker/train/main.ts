// Entry of the process of one training: takes it from the worker, tells how it goes, and dies with the worker.

import { AppError } from '#engine/errors.ts'
import { createHttpPut } from '../http-put.ts'
import type { SignedPut } from '../thread-messages.ts'
import { createUploadPart, type SignUrls } from '../upload.ts'
import type { FromTraining, ToTraining, TrainingRun } from './messages.ts'
import { runTraining } from './run-training.ts'

if (!process.send) throw new TypeError('main.ts runs as the training process of a worker')

const pausing = new AbortController()
const waiting = new Map<number, (puts: SignedPut[]) => void>()
let requests = 0

const tell = (message: FromTraining): void => {
  process.send?.(message)
}

const sign: SignUrls = (_leaseId, blocks, { signal }) =>
  new Promise((resolve, reject) => {
    const requestId = ++requests
    const abort = () => {
      waiting.delete(requestId)
      reject(new AppError('cancelled', 'the training ended'))
    }
    signal.addEventListener('abort', abort, { once: true })
    waiting.set(requestId, (puts) => {
      signal.removeEventListener('abort', abort)
      resolve(puts)
    })
    tell({ type: 'sign', requestId, blocks })
  })

async function start(run: TrainingRun): Promise<void> {
  const http = createHttpPut({ authority: run.authority })
  const upload = createUploadPart({ http, sign })
  await runTraining(run, { upload, tell, pause: pausing.signal })
}

process.on('message', (message: ToTraining) => {
  switch (message.type) {
    case 'run':
      void start(message.run)
      break
    case 'pause':
      pausing.abort()
      break
    case 'urls':
      waiting.get(message.requestId)?.(message.puts)
      waiting.delete(message.requestId)
  }
})

// The runtime may be in the middle of something that no orderly exit waits for.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// A signal to the whole group of processes is the worker's to answer.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
