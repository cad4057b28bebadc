// The trustless IPFS gateway: files, directories, single blocks and archives of what the caller may read. Follows the
// path and trustless gateway specifications; every answer can be checked against the CID in its URL.
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { carOf, carSize } from '#engine/dag/car.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { AppError } from '#engine/errors.ts'
import { attachment, fileResponse, immutableHeaders, matches, sendPieces } from './file-response.ts'
import { directoryPage } from './gateway-directory.ts'
import { canonicalCid, type Found, findPath, notFound, pathNames } from './gateway-path.ts'
import { mediaTypeOf } from './media-type.ts'
import { fileAnswers, problems } from './schemas.ts'
import type { App } from './types.ts'

export type GatewayDeps = {
  /** Reads blocks; a verified store, so that no damaged byte is answered. */
  store: { get: GetBlock }
  /** Whether the caller may read the block `cid` and all under it. */
  mayRead: (request: FastifyRequest, cid: string) => Promise<boolean>
}

const Params = Type.Object({ cid: Type.String(), '*': Type.Optional(Type.String()) })
const Query = Type.Object({
  format: Type.Optional(
    Type.String({
      description: '`raw`: the block itself. `car`: an archive of it and all under it.',
    }),
  ),
  filename: Type.Optional(Type.String({ maxLength: 200, description: 'Name to save it under' })),
  'dag-scope': Type.Optional(
    Type.String({
      description: '`all` (default), `entity` or `block`: how much of a tree `car` has',
    }),
  ),
  'entity-bytes': Type.Optional(Type.String({ description: 'Only `0:*` is supported' })),
})
type Query = Static<typeof Query>

const CAR_TYPE = 'application/vnd.ipld.car; version=1; order=dfs; dups=n'
const RAW_TYPE = 'application/vnd.ipld.raw'

/** Adds `GET` and `HEAD /ipfs/:cid` and `/ipfs/:cid/*`. */
export function gatewayRoutes(app: App, deps: GatewayDeps): void {
  for (const [url, operationId] of [
    ['/ipfs/:cid', 'readContent'],
    ['/ipfs/:cid/*', 'readContentPath'],
  ] as const) {
    app.route({
      method: ['GET', 'HEAD'],
      url,
      exposeHeadRoute: false,
      schema: {
        operationId,
        tags: ['Content'],
        summary: 'Content by CID: a file (with Range), a block or an archive',
        params: Params,
        querystring: Query,
        response: {
          ...fileAnswers('The file, or its blocks as format asks for', '*/*'),
          ...problems(400, 404, 416),
        },
      },
      handler: async (request, reply) => {
        const { cid, '*': path = '' } = request.params
        return await answer(deps, request, reply, { cid, path, query: request.query })
      },
    })
  }
}

type Ask = { cid: string; path: string; query: Query }

async function answer(deps: GatewayDeps, request: FastifyRequest, reply: FastifyReply, ask: Ask) {
  const format = formatOf(request, ask.query)
  const root = canonicalCid(ask.cid)
  if (!(await deps.mayRead(request, root))) throw notFound()
  const { get } = deps.store
  const found = await findPath(get, root, pathNames(ask.path))
  reply
    .header(
      'x-ipfs-path',
      `/ipfs/${[root, ...pathNames(ask.path).map(encodeURIComponent)].join('/')}`,
    )
    .header('x-ipfs-roots', found.way.join(','))
    .header('vary', 'Accept, Authorization, X-API-Key')
    .header('access-control-allow-origin', '*')
    .header(
      'access-control-expose-headers',
      'Content-Range, Content-Length, X-Ipfs-Path, X-Ipfs-Roots',
    )
  const name = ask.query.filename ?? found.name
  const shared = isShared(request)
  if (format === 'car') return await sendCar(get, request, reply, { found, ask, name, shared })
  if (format === 'raw') return await sendBlock(get, request, reply, { found, name, shared })
  if (found.node?.kind === 'directory') return directoryPage(request, reply, { found, shared })
  const file = { ...found, get, shared, name: name ?? found.cid }
  return await fileResponse(request, reply, { ...file, contentType: mediaTypeOf(file.name) })
}

// An answer to a caller with credentials may be one that others do not get.
function isShared({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined && headers['x-api-key'] === undefined
}

type Format = 'raw' | 'car' | 'file'

function formatOf(request: FastifyRequest, query: Query): Format {
  const { format } = query
  if (format === 'raw' || format === 'car') return format
  if (format !== undefined) throw new AppError('unsupported', 'format is raw or car.')
  const accept = request.headers.accept ?? ''
  if (accept.includes('application/vnd.ipld.raw')) return 'raw'
  return accept.includes('application/vnd.ipld.car') ? 'car' : 'file'
}

type Block = { found: Found; name: string | null; shared: boolean }

async function sendBlock(
  get: GetBlock,
  request: FastifyRequest,
  reply: FastifyReply,
  { found: { cid }, name, shared }: Block,
): Promise<FastifyReply> {
  const etag = `"${cid}.raw"`
  immutableHeaders(reply, { etag, shared })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const block = await get(cid)
  if (!block) throw notFound()
  reply
    .type(RAW_TYPE)
    .header('content-disposition', attachment(name ?? `${cid}.bin`))
    .header('content-length', block.length)
  return reply.send(
    request.method === 'HEAD'
      ? undefined
      : Buffer.from(block.buffer, block.byteOffset, block.length),
  )
}

async function sendCar(
  get: GetBlock,
  request: FastifyRequest,
  reply: FastifyReply,
  { found, ask: { query }, name, shared }: Block & { ask: Ask },
): Promise<FastifyReply> {
  const { cid, way, node } = found
  const rootOnly = isRootOnly(query, node?.kind === 'directory')
  const path = way.slice(0, -1)
  const etag = `"${way.join('-')}${rootOnly ? '.block' : ''}.car"`
  immutableHeaders(reply, { etag, shared })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  reply
    .type(CAR_TYPE)
    .header('accept-ranges', 'none')
    .header('content-disposition', attachment(name ?? `${cid}.car`))
    .header('content-length', await carSize(get, cid, { path, rootOnly }))
  if (request.method === 'HEAD') return reply.send()
  return await sendPieces(reply, carOf(get, cid, { path, rootOnly }))
}

function isRootOnly(query: Query, isDirectory: boolean): boolean {
  if ((query['entity-bytes'] ?? '0:*') !== '0:*') {
    throw new AppError('unsupported', 'entity-bytes is 0:*; ask for the file itself with Range.')
  }
  const scope = query['dag-scope'] ?? 'all'
  if (scope === 'all') return false
  if (scope === 'block') return true
  if (scope === 'entity') return isDirectory
  throw new AppError('invalid_request', 'dag-scope is all, entity or block.')
}
