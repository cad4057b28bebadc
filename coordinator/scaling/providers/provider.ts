// What the autoscaler needs of whatever runs workers. Each provider passes the suite in test/contract/scaling-providers.test.ts.

import type { Instance } from '../signals.ts'

type Bound = { signal: AbortSignal }

/**
 * All reject with AppError: `unavailable` when nobody answers or it is busy, after tries of their own; something else
 * for a refusal. Messages hold no secret. None waits until a worker has started or ended.
 */
export type Provider = {
  readonly name: string
  /** What runs or starts, of the regions that the pool may use; not what is ending. */
  list(bound: Bound): Promise<Instance[]>
  /** Starts them, or none. */
  add(workers: { region: string; count: number }, bound: Bound): Promise<void>
  /**
   * Has one end in order. `instance` null: the region is to have no more than `leave`. Said again while it ends, or
   * afterwards, it changes nothing more.
   */
  stop(
    worker: { region: string; instance: string | null; leave: number },
    bound: Bound,
  ): Promise<void>
}
