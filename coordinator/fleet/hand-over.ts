// How a replica that stops leaves its leases to others: what no worker has yet goes back to Temporal, what workers
// run stays theirs, and the next replica that they connect to adopts it.

import { setTimeout as delay } from 'node:timers/promises'
import type { Pending } from '../pending.ts'
import type { Lease } from './lease.ts'
import type { LeaseBook } from './lease-book.ts'
import type { Registry } from './registry.ts'

type Deps = {
  registry: Registry
  leases: LeaseBook
  /** Assignments that are being told to workers. */
  hands: Pending
  /** Streams, and results on their way into the ledger. */
  sessions: Pending
}

/** Nothing is assigned any more when this is called. Resolves when all is told, or after `timeoutMs`. */
export async function handOver(
  { registry, leases, hands, sessions }: Deps,
  { timeoutMs }: { timeoutMs: number },
): Promise<void> {
  const over = new AbortController()
  const limit = delay(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined)
  const work = async () => {
    await leases.idle()
    await hands.idle()
    for (const lease of [...leases.all()].filter(isNobodys))
      leases.giveBack(lease, 'its coordinator is stopping')
    for (const worker of [...registry.all()]) worker.close()
    await sessions.idle()
    await leases.idle()
  }
  await Promise.race([work(), limit])
  over.abort()
}

/** The last result of one whose holder is done ends it by itself. */
const isNobodys = ({ holders, committing }: Lease): boolean =>
  holders.size === 0 && committing === 0
