// How calls of providers get out: to a host that an operator named, or to the API server of the cluster around us.

import { request as requestHttps } from 'node:https'
import type { OutgoingFetch } from '#coordinator/publish/outgoing.ts'
import { AppError } from '#engine/errors.ts'
import { replyTo } from '#proto/bounded-reply.ts'
import type { Send } from './call.ts'

const REPLY_BYTES_MAX = 16 * 1024 * 1024

/** By the rules of `fetch`: no private address unless allowed, no redirect. */
export function outgoingSend(fetch: OutgoingFetch): Send {
  return async ({ url, ...rest }, { signal }) => {
    const response = await fetch(url, { ...rest, headers: { ...rest.headers }, signal })
    const { status, headers } = response
    return { status, headers, text: await response.text() }
  }
}

/** To one server whose certificate is signed by `ca` (PEM) alone; its address is a private one. */
export function clusterSend(ca: string): Send {
  return async ({ url, method, headers, body }, { signal }) => {
    const request = requestHttps(url, { method, headers, ca, signal, agent: false })
    const reply = await replyTo(request, { body, maxBytes: REPLY_BYTES_MAX }).catch((cause) => {
      throw new AppError('unavailable', 'the API server does not answer', { cause })
    })
    const all = Object.entries(reply.headers).map(([name, value]) => [name, String(value)])
    return { ...reply, headers: new Headers(all as [string, string][]) }
  }
}
