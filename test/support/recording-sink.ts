// A part store that keeps what it is sent in memory and refuses what a test tells it to.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { partOf } from '#engine/dag/part.ts'

export type SinkAnswer = { status: number; code?: string }
export type Received = { cid: string; token: string; bytes: Buffer; signature: string | undefined }

export type RecordingSink = {
  url: string
  parts: Map<string, Buffer>
  received: Received[]
  /** Asked for each upload; null takes it. A promise holds the upload until it resolves. */
  answer: (upload: Received) => SinkAnswer | null | Promise<SinkAnswer | null>
}

/** PUT /parts/<cid>?token=; bytes that are not what the CID says are refused as a digest mismatch. */
export async function recordingSink(t: TestContext): Promise<RecordingSink> {
  const sink: RecordingSink = { url: '', parts: new Map(), received: [], answer: () => null }
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://sink')
    const cid = pathname.split('/').at(-1) ?? ''
    const bytes = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    const signature = request.headers['x-signature']?.toString()
    const upload = { cid, token: searchParams.get('token') ?? '', bytes, signature }
    sink.received.push(upload)
    const refusal = await sink.answer(upload)
    const wrong = partOf(bytes).link.cid !== cid
    const { status, code } = refusal ?? (wrong ? { status: 422, code: 'digest_mismatch' } : taken)
    if (status === 201) sink.parts.set(cid, bytes)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ code, detail: 'as the test says' }))
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  sink.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return sink
}

const taken: SinkAnswer = { status: 201 }
