// How calls of providers get out: to a host that an operator named, or to the API server of the cluster around us.

import { request as requestHttps } from 'node:https'
import type { OutgoingFetch } from '#coordinator/publish/outgoing.ts'
import { AppError } from '#engine/errors.ts'
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
  return ({ url, method, headers, body }, { signal }) =>
    new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(new AppError('unavailable', 'the API server does not answer', { cause: error }))
      const request = requestHttps(url, { method, headers, ca, signal, agent: false })
      request.on('error', fail)
      request.on('response', (response) => {
        const pieces: Buffer[] = []
        let bytes = 0
        response.on('error', fail)
        response.on('data', (piece: Buffer) => {
          bytes += piece.length
          if (bytes > REPLY_BYTES_MAX) response.destroy(new Error('its answer is too long'))
          else pieces.push(piece)
        })
        response.on('end', () => {
          const all = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
          const text = Buffer.concat(pieces).toString()
          const found = new Headers(all as [string, string][])
          resolve({ status: response.statusCode ?? 0, headers: found, text })
        })
      })
      request.end(body)
    })
}
