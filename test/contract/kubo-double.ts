// A double of kubo's RPC API, as far as a publisher uses it: import and pin, list, unpin.
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

export async function startKuboDouble(t: TestContext): Promise<ServiceDouble> {
  const trees = new Map<string, CarTree>()
  const spoil: Spoil[] = []
  let uploads = 0
  const url = await serve(t, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    const cid = searchParams.get('arg') ?? ''
    if (request.method !== 'POST') return void response.writeHead(405).end()
    if (pathname === '/api/v0/pin/ls' || pathname === '/api/v0/pin/rm') {
      const known = trees.has(cid)
      if (pathname.endsWith('rm')) trees.delete(cid)
      response.writeHead(known ? 200 : 500)
      return void response.end(JSON.stringify(known ? { Keys: {} } : { Message: 'not pinned' }))
    }
    if (pathname !== '/api/v0/dag/import') return void response.writeHead(404).end()
    uploads++
    const how = spoil.shift()
    if (how === 'cut') return await cutOff(request)
    const body = await bodyOf(request)
    if (how === 'busy') return void response.writeHead(503).end()
    if (how === 'refuse') return void response.writeHead(401).end('who are you')
    if (Number(request.headers['content-length']) !== body.length) throw new Error('no length')
    const tree = readCarTree(formOf(request, body).get('file') as Buffer)
    trees.set(tree.root, tree)
    const root = how === 'lie' ? OTHER_CID : tree.root
    response.write(`${JSON.stringify({ Stats: { BlockCount: tree.blocks.size } })}\n`)
    response.end(`${JSON.stringify({ Root: { Cid: { '/': root }, PinErrorMsg: '' } })}\n`)
  })
  return { url, spoil, uploads: () => uploads, trees }
}
