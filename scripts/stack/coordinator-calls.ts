// REST calls of the supervisor to its coordinators, with the administrator's key.

const ASK_MS = 5_000

export type CoordinatorCalls = {
  /** Asks the coordinators in turn; the first that answers with success counts, else the last failure is thrown. */
  ask: <T>(call: string, init?: { method?: string; body?: object }) => Promise<T>
}

/** Whether the coordinator answered that there is no such thing. */
export const isNotFound = (error: unknown): boolean => error instanceof Error && error.cause === 404

export function createCoordinatorCalls(urls: string[], apiKey: string): CoordinatorCalls {
  return {
    async ask<T>(call: string, { method = 'GET', body }: { method?: string; body?: object } = {}) {
      let failure: unknown
      for (const url of urls) {
        try {
          const reply = await fetch(`${url}${call}`, {
            method,
            headers: { 'X-API-Key': apiKey, ...(body && { 'Content-Type': 'application/json' }) },
            ...(body && { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(ASK_MS),
          })
          if (reply.ok) return (await reply.json()) as T
          const message = `${call} answered ${reply.status}: ${await reply.text()}`
          failure = new Error(message, { cause: reply.status })
        } catch (error) {
          failure = error
        }
      }
      throw failure
    },
  }
}
