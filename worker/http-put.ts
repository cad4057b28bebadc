// One HTTP PUT, its answer heard before the body is through.

import type { ClientRequest, IncomingMessage } from 'node:http'
import { createHttpCalls, noAnswer } from './http-calls.ts'

const ANSWER_BYTES_MAX = 16_384
/** A larger body waits for the server's consent: one that refuses it may close before it was read. */
const ASK_FIRST_BYTES = 4 * 1024 * 1024
const CONSENT_TIMEOUT_MS = 1_000

/** A body of known length: whole, or made anew for each try. */
export type Body = { length: number; content: Uint8Array | (() => Iterable<Uint8Array>) }

export type Answer = { status: number; text: string }

export type HttpPut = {
  /** The server's answer, whatever its status. AppError `infrastructure` when none came; rejects on abort. */
  put(
    url: string,
    body: Body,
    options: { headers?: Record<string, string>; signal: AbortSignal },
  ): Promise<Answer>
  close(): void
}

/** `authority`: PEM of the fleet's CA, trusted beside the public ones. */
export function createHttpPut({ authority }: { authority: string }): HttpPut {
  const calls = createHttpCalls({ authority })
  return {
    put(url, body, { headers = {}, signal }) {
      const expect = body.length > ASK_FIRST_BYTES ? { expect: '100-continue' } : {}
      const call = calls.begin(url, {
        method: 'PUT',
        headers: { ...headers, ...expect, 'content-length': body.length },
        signal,
      })
      return exchange(call, body, signal)
    },
    close: () => calls.close(),
  }
}

/** An answer that comes before the body is through is the answer: a refusal does not wait for the bytes. */
function exchange(call: ClientRequest, body: Body, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(signal.aborted ? cause : noAnswer(cause))
    let answered = false
    call.on('response', (response) => {
      answered = true
      readAnswer(response)
        .then(resolve, fail)
        // A connection whose body was not wanted is of no more use.
        .finally(() => !call.writableEnded && call.destroy())
    })
    call.on('error', (error) => {
      if (!answered) fail(error)
    })
    const send = () =>
      writeBody(call, body).catch((error: unknown) => {
        call.destroy()
        reject(error as Error)
      })
    if (body.length > ASK_FIRST_BYTES) void consent(call).then(send)
    else void send()
  })
}

/** Resolves when the server asks for the body, or does not say a word of it in time. */
function consent(call: ClientRequest): Promise<void> {
  call.flushHeaders()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CONSENT_TIMEOUT_MS)
    call.once('continue', resolve)
    call.once('close', () => clearTimeout(timer))
  })
}

async function writeBody(call: ClientRequest, { content }: Body): Promise<void> {
  if (typeof content === 'function') await writeAll(call, content)
  else if (!call.destroyed) call.end(content)
}

/** A piece is overwritten by the next one: each must be on its way before the next is made. */
async function writeAll(call: ClientRequest, pieces: () => Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces()) {
    if (call.destroyed) return
    await new Promise<void>((resolve) => {
      call.once('close', resolve)
      call.write(piece, () => {
        call.off('close', resolve)
        resolve()
      })
    })
  }
  call.end()
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = ''
  for await (const data of response.setEncoding('utf8') as AsyncIterable<string>) {
    if (text.length < ANSWER_BYTES_MAX) text += data
  }
  return { status: response.statusCode ?? 0, text }
}
