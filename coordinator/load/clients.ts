// Clients of a user's database, kept from one transaction to the next: no more of them than transactions at once.

/** Of one connection: answers to writes are short, and a server must not fill our memory. */
export const ANSWER_BYTES_MAX = 512 * 1024 * 1024

export type Clients<C> = {
  /** `work` has the client for itself. One that failed or was aborted is cut off, whatever it waits for. */
  use: <T>(signal: AbortSignal, work: (client: C) => Promise<T>) => Promise<T>
  close: () => Promise<void>
}

type Kind<C> = {
  connect: (options: { signal: AbortSignal }) => Promise<C>
  /** In order, when nothing is under way. */
  end: (client: C) => Promise<void>
  /** At once. */
  cut: (client: C) => void
}

export function createClients<C>({ connect, end, cut }: Kind<C>): Clients<C> {
  const idle: C[] = []
  return {
    async use(signal, work) {
      signal.throwIfAborted()
      const client = idle.pop() ?? (await connect({ signal }))
      const onAbort = () => cut(client)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        const result = await work(client)
        signal.throwIfAborted()
        idle.push(client)
        return result
      } catch (error) {
        cut(client)
        signal.throwIfAborted()
        throw error
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    async close() {
      await Promise.allSettled(idle.splice(0).map(end))
    },
  }
}
