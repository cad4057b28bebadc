// What arrives, kept in order until a test asks for it.

export type Queue<T> = {
  put(item: T): void
  /** The oldest item; waits for one. */
  take(): Promise<T>
  /** Items that nobody took. */
  count(): number
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = []
  const takers: ((item: T) => void)[] = []
  return {
    put(item) {
      const taker = takers.shift()
      if (taker) taker(item)
      else items.push(item)
    },
    take: () =>
      items.length > 0
        ? Promise.resolve(items.shift() as T)
        : new Promise((resolve) => void takers.push(resolve)),
    count: () => items.length,
  }
}
