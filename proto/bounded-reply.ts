// The whole answer to a request of node:http, where `fetch` does not do: over a unix socket, or under an authority of its own.

import type { ClientRequest, IncomingHttpHeaders } from 'node:http'

export type BoundedReply = { status: number; headers: IncomingHttpHeaders; text: string }

/** Sends the body and reads the answer; rejects with what the connection failed of, or when there is more than `maxBytes`. */
export function replyTo(
  request: ClientRequest,
  { body, maxBytes }: { body?: string | undefined; maxBytes: number },
): Promise<BoundedReply> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      const pieces: Buffer[] = []
      let bytes = 0
      response.on('error', reject)
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > maxBytes) response.destroy(new Error('its answer is too long'))
        else pieces.push(piece)
      })
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    request.end(body)
  })
}
