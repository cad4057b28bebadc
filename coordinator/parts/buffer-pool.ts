// The sink's memory: a fixed number of leaf-sized buffers, lent first come, first served, so that more uploads than
// memory wait in their sockets instead of piling up here.
import { LEAF_BYTES } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'

/** Lent buffers; `release` gives them back once, further calls do nothing. */
export type Loan = { buffers: Buffer[]; release(): void }

export type BufferPool = {
  /** Waits for `count` buffers (at most the pool's size, else RangeError). AppError `cancelled` when `signal` aborts. */
  borrow(count: number, options: { signal: AbortSignal }): Promise<Loan>
  /** Buffers free now. */
  free(): number
}

type Waiter = { count: number; give: (loan: Loan) => void }

/** A pool of `size` buffers of LEAF_BYTES, allocated on first use. */
export function createBufferPool(size: number): BufferPool {
  const idle: Buffer[] = []
  const waiting = new Set<Waiter>()
  let free = size
  const take = (count: number): Loan => {
    free -= count
    const buffers = Array.from(
      { length: count },
      () => idle.pop() ?? Buffer.allocUnsafeSlow(LEAF_BYTES),
    )
    return { buffers, release: () => giveBack(buffers) }
  }
  const giveBack = (buffers: Buffer[]) => {
    free += buffers.length
    idle.push(...buffers.splice(0))
    for (const waiter of waiting) {
      if (waiter.count > free) return
      waiting.delete(waiter)
      waiter.give(take(waiter.count))
    }
  }
  return {
    free: () => free,
    borrow(count, { signal }) {
      if (count > size) return Promise.reject(new RangeError(`the pool has ${size} buffers`))
      if (waiting.size === 0 && count <= free) return Promise.resolve(take(count))
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(waiter)
          reject(new AppError('cancelled', 'the sender is gone'))
        }
        const waiter: Waiter = {
          count,
          give: (loan) => {
            signal.removeEventListener('abort', leave)
            resolve(loan)
          },
        }
        if (signal.aborted) return leave()
        signal.addEventListener('abort', leave, { once: true })
        waiting.add(waiter)
      })
    },
  }
}
