// A double of Pinata's API v3: uploads in one form or by TUS, files by CID and id, removal.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { type CarTree, readCarTree } from './read-car.ts'
import {
  bodyOf,
  cutOff,
  formOf,
  OTHER_CID,
  type ServiceDouble,
  type Spoil,
  serve,
} from './service-double.ts'

export const PINATA_JWT = 'a.b.c'

export async function startPinataDouble(t: TestContext): Promise<ServiceDouble> {
  const trees = new Map<string, CarTree>()
  const spoil: Spoil[] = []
  let uploads = 0
  const idOf = (cid: string) => `id-${cid}`
  const keep = (car: Uint8Array, fields: (name: string) => string | undefined) => {
    if (fields('network') !== 'public') throw new Error('nobody could read a private upload')
    if (fields('car') !== 'true') throw new Error('not said to be a CAR')
    const tree = readCarTree(car)
    trees.set(tree.root, tree)
    return tree.root
  }
  const tus = createTus(keep)

  const file = (request: IncomingMessage, response: ServerResponse, path: string) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    const asked = searchParams.get('cid')
    if (asked) {
      const files = trees.has(asked) ? [{ id: idOf(asked), cid: asked }] : []
      return void response.end(JSON.stringify({ data: { files } }))
    }
    const cid = decodeURIComponent(path).replace(/^\/id-/, '')
    const known = trees.has(cid)
    if (request.method === 'DELETE') trees.delete(cid)
    response.writeHead(known ? 200 : 404).end(JSON.stringify({ data: { id: idOf(cid), cid } }))
  }

  const form = async (request: IncomingMessage, response: ServerResponse, how?: Spoil) => {
    const fields = formOf(request, await bodyOf(request))
    const root = keep(fields.get('file') as Buffer, (name) => fields.get(name)?.toString())
    const cid = how === 'lie' ? OTHER_CID : root
    response.end(JSON.stringify({ data: { id: idOf(root), cid } }))
  }

  const url = await serve(t, async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x')
    if (request.headers.authorization !== `Bearer ${PINATA_JWT}`) {
      return void response.writeHead(401).end()
    }
    if (pathname.startsWith('/v3/files/public')) {
      return file(request, response, pathname.slice('/v3/files/public'.length))
    }
    if (pathname.startsWith('/v3/files/tus/')) return await tus.resume(request, response, spoil)
    uploads++
    const how = spoil[0] === 'cut' && request.headers['upload-length'] ? undefined : spoil.shift()
    if (how === 'cut') return await cutOff(request)
    if (how === 'busy') return void response.writeHead(503).end()
    if (how === 'refuse') return void response.writeHead(401).end('who are you')
    if (request.headers['upload-length']) return tus.create(request, response, how)
    return await form(request, response, how)
  })
  return { url, spoil, uploads: () => uploads, trees }
}

type Keep = (car: Uint8Array, fields: (name: string) => string | undefined) => string

// One upload at a time is enough for a double; what a cut connection has brought is kept, as the protocol wants.
function createTus(keep: Keep) {
  let received = Buffer.alloc(0)
  let length = 0
  let lies = false
  let metadata = new Map<string, string>()
  return {
    create(request: IncomingMessage, response: ServerResponse, how?: Spoil) {
      received = Buffer.alloc(0)
      length = Number(request.headers['upload-length'])
      lies = how === 'lie'
      const pairs = String(request.headers['upload-metadata']).split(',')
      metadata = new Map(
        pairs.map((pair) => {
          const [name = '', value = ''] = pair.split(' ')
          return [name, Buffer.from(value, 'base64').toString()]
        }),
      )
      response.writeHead(201, { location: '/v3/files/tus/1' }).end()
    },
    async resume(request: IncomingMessage, response: ServerResponse, spoil: Spoil[]) {
      if (request.method === 'HEAD') {
        return void response.writeHead(200, { 'upload-offset': received.length }).end()
      }
      if (Number(request.headers['upload-offset']) !== received.length) {
        return void response.writeHead(409).end()
      }
      if (spoil[0] === 'cut') {
        spoil.shift()
        const first = await new Promise<Buffer>((resolve) => request.once('data', resolve))
        received = Buffer.concat([received, first])
        return void request.socket.destroy()
      }
      received = Buffer.concat([received, await bodyOf(request)])
      const headers: Record<string, string | number> = { 'upload-offset': received.length }
      if (received.length === length) {
        const root = keep(received, (name) => metadata.get(name))
        headers['upload-cid'] = lies ? OTHER_CID : root
      }
      response.writeHead(204, headers).end()
    },
  }
}
