// Server-sent events as an answer: where a client goes on, and streams that end with the app.

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { IdParams, problems } from './schemas.ts'
import type { App } from './types.ts'
import { invalidRequest } from './validation.ts'

/** What the routes of event streams have in their schemas. */
export const EVENTS_SCHEMA = {
  params: IdParams,
  querystring: Type.Object({
    last_event_id: Type.Optional(
      Type.String({ description: 'For clients that cannot set the header' }),
    ),
  }),
  headers: Type.Object({ 'last-event-id': Type.Optional(Type.String()) }),
  response: {
    200: {
      description: 'A stream that ends after done',
      content: { 'text/event-stream': { schema: Type.String() } },
    },
    ...problems(400, 401, 403, 404),
  },
}

/** Answers with the text that `tell` gives until it ends, the client goes or the app closes. */
type EventReply = (
  reply: FastifyReply,
  tell: (signal: AbortSignal) => AsyncIterable<string>,
) => FastifyReply

export function createEventReply(app: App): EventReply {
  const streams = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.abort()
  })
  return (reply, tell) => {
    const controller = new AbortController()
    streams.add(controller)
    reply.raw.once('close', () => {
      controller.abort()
      streams.delete(controller)
    })
    return reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(Readable.from(tell(controller.signal)))
  }
}

/** The event that the client has seen last; 0 for none. AppError `invalid_request`. */
export function lastEventId(request: FastifyRequest): number {
  const { last_event_id } = request.query as { last_event_id?: string }
  const header = request.headers['last-event-id']
  const text = (typeof header === 'string' ? header : undefined) ?? last_event_id
  if (text === undefined || text === '') return 0
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  const message = 'Not the id of an event'
  throw invalidRequest([{ path: '/last-event-id', message, hint: 'Send an id from this stream.' }])
}
