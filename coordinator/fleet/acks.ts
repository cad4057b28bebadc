// What a worker is told of its results: many of them in one message.

import type { ConnectedWorker } from './registry.ts'

/** Acknowledgements of one turn of the event loop travel together. */
export function createAcks(worker: ConnectedWorker): { add(resultId: bigint): void } {
  let ids: bigint[] = []
  const flush = () => {
    worker.send({ case: 'ack', value: { resultIds: ids } })
    ids = []
  }
  return {
    add(resultId) {
      if (ids.push(resultId) === 1) setImmediate(flush)
    },
  }
}
