// Work in a bounded window: leases in a run, shards in a job.

import { CancellationScope, condition } from '@temporalio/workflow'
import { asError } from './failures.ts'

/**
 * Starts `work` on the items in order, each as soon as `mayStart` says so. Resolves when all of it is done; the first
 * failure cancels what is in flight and is thrown at once.
 */
export async function runWindow<T>(
  items: Iterable<T>,
  mayStart: (inFlight: number) => boolean,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const scope = new CancellationScope()
  await scope.run(async () => {
    let inFlight = 0
    let failure: Error | undefined
    const start = async (item: T) => {
      inFlight++
      try {
        await work(item)
      } catch (error) {
        failure ??= asError(error)
      } finally {
        inFlight--
      }
    }
    const goesOn = () => failure !== undefined || mayStart(inFlight)
    for (const item of items) {
      if (!goesOn()) await condition(goesOn)
      if (failure !== undefined) break
      void start(item)
    }
    await condition(() => inFlight === 0 || failure !== undefined)
    if (failure === undefined) return
    scope.cancel()
    throw failure
  })
}
