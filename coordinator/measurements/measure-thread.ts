// Entry of a measuring thread: does the one work that it is started with, answers and ends. At the lowest priority, as
// parts that arrive are waited for.

import { parentPort, workerData } from 'node:worker_threads'
import { lowerPriority } from '#coordinator/parts/lower-priority.ts'
import { verified } from '#coordinator/storage/block-store.ts'
import { openStore } from '#coordinator/storage/open-store.ts'
import { codeOf } from '#engine/errors.ts'
import { measure } from './measure.ts'
import type { Answer, Onward, ThreadData } from './work.ts'

const { work, checkpointMs, store: settings } = workerData as ThreadData
const tell = (message: Answer | Onward): void => parentPort?.postMessage(message)

lowerPriority()
const store = await openStore(settings)
try {
  const measured = await measure({ store: verified(store) }, work, {
    checkpointMs,
    onProgress: (progress) => tell({ progress }),
    onCheckpoint: (checkpoint) => tell({ checkpoint }),
  })
  tell(measured)
} catch (error) {
  tell({ code: codeOf(error), message: (error as Error).message })
} finally {
  await store.close()
}
