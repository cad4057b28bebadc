// Calls to the part store on kept connections, by node's client itself: it costs a fraction of fetch.

import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import { rootCertificates } from 'node:tls'
import { AppError } from '#engine/errors.ts'

const IDLE_TIMEOUT_MS = 30_000

export type HttpCalls = {
  /** Begins a call; one that is silent for 30 seconds is destroyed. */
  begin(url: string, options: RequestOptions): ClientRequest
  /**
   * The answer to a GET, whatever its status, its body not read yet. AppError `infrastructure` when none came; rejects
   * on abort, and the body ends with an error.
   */
  get(
    url: string,
    options: { headers: Record<string, string>; signal: AbortSignal },
  ): Promise<IncomingMessage>
  close(): void
}

/** `authority`: PEM of the fleet's CA, trusted beside the public ones. */
export function createHttpCalls({ authority }: { authority: string }): HttpCalls {
  const kept = { keepAlive: true, timeout: IDLE_TIMEOUT_MS }
  const agent = new Agent(kept)
  const secureAgent = new SecureAgent({ ...kept, ca: [authority, ...rootCertificates] })
  const begin: HttpCalls['begin'] = (url, options) => {
    const call = url.startsWith('https:')
      ? requestSecure(url, { ...options, agent: secureAgent })
      : request(url, { ...options, agent })
    return call.on('timeout', () => call.destroy(new Error(`silent for ${IDLE_TIMEOUT_MS} ms`)))
  }
  return {
    begin,
    get: (url, { headers, signal }) =>
      new Promise((resolve, reject) => {
        const call = begin(url, { method: 'GET', headers, signal })
        call.once('response', resolve)
        call.on('error', (cause) => reject(signal.aborted ? cause : noAnswer(cause)))
        call.end()
      }),
    close() {
      agent.destroy()
      secureAgent.destroy()
    },
  }
}

/** What a call that broke means: the store is away. */
export function noAnswer(cause: Error): AppError {
  const message = `the part store did not answer: ${cause.message}`
  return new AppError('infrastructure', message, { cause })
}
