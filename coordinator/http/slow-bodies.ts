// Bodies that never end: each call has a minute to send all of it, uploads a minute for each piece.

import type { FastifyRequest } from 'fastify'
import type { App } from './types.ts'

const BODY_MS = 60_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a stream of any length. */
    streamsBody?: boolean
  }
}

/** Connections that are too slow are closed without an answer, as there is nobody to read it. */
export function limitSlowBodies(app: App): void {
  app.addHook('onRequest', async (request) => {
    const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers
    if (length === '0' && chunked === undefined) return
    if (request.routeOptions.config.streamsBody === true) limitSilence(request)
    else limitTime(request)
  })
}

function limitTime({ raw }: FastifyRequest): void {
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy()
  }, BODY_MS)
  timer.unref()
  raw.once('close', () => clearTimeout(timer))
}

function limitSilence({ raw }: FastifyRequest): void {
  let read = raw.socket.bytesRead
  const timer = setInterval(() => {
    if (raw.socket.bytesRead === read && !raw.complete) raw.destroy()
    read = raw.socket.bytesRead
  }, BODY_MS)
  timer.unref()
  raw.once('close', () => clearInterval(timer))
}
