// Ties Temporal's activity slots to free worker slots: a queue is polled only while a worker could take what
// comes, so the backlog stays in Temporal, where priority and fairness order it.

import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotPermit,
  SlotReserveContext,
} from '@temporalio/worker'

/** `free`: slots that a lease from this queue could take now, less what is already waiting for one. */
export class LeaseSlotSupplier implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom'
  #permits = 0
  #waiting: (() => void)[] = []
  readonly #free: () => number

  constructor(free: () => number) {
    this.#free = free
  }

  reserveSlot(_: SlotReserveContext, signal: AbortSignal): Promise<SlotPermit> {
    const permit = this.tryReserveSlot()
    if (permit) return Promise.resolve(permit)
    return new Promise((resolve, reject) => {
      const grant = () => resolve(this.#grant())
      this.#waiting.push(grant)
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== grant)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  tryReserveSlot(): SlotPermit | null {
    return this.#hasRoom() ? this.#grant() : null
  }

  markSlotUsed(): void {
    // The permit counts until release; by then the lease counts on its worker, so nothing counts twice for long.
  }

  releaseSlot(): void {
    this.#permits--
    this.wake()
  }

  /** To be called whenever a worker slot may have become free. */
  wake(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) this.#waiting.shift()?.()
  }

  #hasRoom(): boolean {
    return this.#permits < this.#free()
  }

  #grant(): SlotPermit {
    this.#permits++
    return {}
  }
}
