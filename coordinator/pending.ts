// Work that goes on by itself, counted so that whoever stops can wait for it.

export type Pending = {
  /** The promise itself; what it rejects with is its owner's business. */
  add<T>(work: Promise<T>): Promise<T>
  /** Resolves once nothing is under way, also not what the last of it has begun. */
  idle(): Promise<void>
}

export function createPending(): Pending {
  const works = new Set<Promise<unknown>>()
  return {
    add(work) {
      works.add(work)
      const over = () => void works.delete(work)
      work.then(over, over)
      return work
    },
    async idle() {
      while (works.size > 0) await Promise.allSettled(works)
    },
  }
}
