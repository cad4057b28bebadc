// Reads server-sent events over real HTTP, one by one.

import type { TestContext } from 'node:test'

export type ServerEvent = { id: string | null; event: string; data: Record<string, unknown> }

export type EventReader = {
  /** The next event; null when the stream has ended. */
  next(): Promise<ServerEvent | null>
  /** All events up to the end of the stream. */
  rest(): Promise<ServerEvent[]>
  close(): void
}

/** Closed with the test. */
export async function openEvents(
  t: TestContext,
  url: string,
  headers: Record<string, string>,
): Promise<EventReader> {
  const abort = new AbortController()
  t.after(() => abort.abort())
  const response = await fetch(url, { headers, signal: abort.signal })
  if (response.body === null || !response.ok) throw new Error(`${url} answered ${response.status}`)
  // Locked here and now: the body of a response that is collected as garbage is cancelled while nobody reads it.
  const events = parse(response.body.values())
  const next = async () => {
    const { value, done } = await events.next()
    return done ? null : value
  }
  return {
    next,
    async rest() {
      const found: ServerEvent[] = []
      for (let event = await next(); event !== null; event = await next()) found.push(event)
      return found
    },
    close: () => abort.abort(),
  }
}

async function* parse(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, undefined> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks.flatMap(parseBlock)
  }
}

function parseBlock(block: string): ServerEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf(': ')
      return [line.slice(0, at), line.slice(at + 2)] as const
    }),
  )
  const [event, data] = [fields.get('event'), fields.get('data')]
  if (event === undefined || data === undefined) return []
  return [
    { id: fields.get('id') ?? null, event, data: JSON.parse(data) as Record<string, unknown> },
  ]
}
