// The supervisor's control door: HTTP on a unix socket of the data folder that only its owner can open.
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyInstance } from 'fastify'
import Type from 'typebox'
import { CONTROL, type NewWorkers, type Removal, type Service } from '#proto/control-api.ts'
import { REGIONS } from '#settings/regions.ts'
import type { Child } from './child.ts'
import { StackError } from './stack-error.ts'

/** What the door opens on. Throw StackError for what cannot be done. */
export type Controlled = {
  services: () => Service[]
  addWorkers: (workers: NewWorkers) => Promise<string[]>
  removeWorker: (id: string, options: { drainTimeoutMs: number }) => Promise<Removal>
  restart: (name: string) => Promise<void>
  /** Begins the stop of everything and returns. */
  stop: () => void
}

export type ControlDoor = { close: () => Promise<void> }

const BODY_BYTES_MAX = 16 * 1024
/** Of the path of a unix socket, everywhere. */
const SOCKET_PATH_BYTES_MAX = 100

/** Throws StackError when the folder's path is too long for a socket. */
export function controlSocketOf(dataDir: string): string {
  const socket = path.join(dataDir, 'control.sock')
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES_MAX) return socket
  throw new StackError(
    `${socket} is too long for the path of a socket (${SOCKET_PATH_BYTES_MAX} bytes)`,
    'Use a data folder with a shorter path.',
  )
}

/** A child as the door shows it. */
export function serviceOf(child: Child, isLeaving: (name: string) => boolean): Service {
  const { name, role, region } = child.spec
  const { state, since, restarts } = child.view()
  return {
    name,
    kind: role,
    ...(region !== undefined && { region }),
    pid: child.pid() ?? null,
    state: isLeaving(name) && state !== 'stopped' ? 'draining' : state,
    restarts,
    since: since.toISOString(),
  }
}

const NewWorkersBody = Type.Object(
  {
    region: Type.Enum([...REGIONS]),
    count: Type.Integer({ minimum: 1, maximum: CONTROL.workersMax }),
    gpu: Type.Optional(Type.Boolean()),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
  },
  { additionalProperties: false },
)
const Named = Type.Object({ name: Type.String({ maxLength: 200 }) })
const RemoveQuery = Type.Object(
  {
    drainTimeoutMs: Type.Integer({
      minimum: 0,
      maximum: CONTROL.drainTimeoutMsMax,
      default: CONTROL.drainTimeoutMs,
    }),
  },
  { additionalProperties: false },
)

/** Opens it; who holds the data folder's lock is the only one who may. */
export async function openControlDoor(dataDir: string, on: Controlled): Promise<ControlDoor> {
  const socket = controlSocketOf(dataDir)
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    ajv: { customOptions: { removeAdditional: false } },
  })
  answerErrors(app)
  addRoutes(app, on)
  rmSync(socket, { force: true })
  await app.ready()
  await listenForOwner(app.server, socket)
  return {
    close: async () => {
      const closed = once(app.server, 'close')
      app.server.close()
      app.server.closeAllConnections()
      await closed
      await app.close()
      rmSync(socket, { force: true })
    },
  }
}

/** The socket is made within the call, so that nobody else can open it for a moment. */
async function listenForOwner(server: Server, socket: string): Promise<void> {
  const mask = process.umask(0o177)
  server.listen(socket)
  process.umask(mask)
  await once(server, 'listening')
}

const WRONG = 'See docs/operations.md for what the control door takes.'

function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ message: `no ${request.method} ${request.url}`, what_to_do: WRONG }),
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof StackError) {
      const status = error.notFound ? 404 : 409
      return reply.code(status).send({ message: error.message, what_to_do: error.whatToDo })
    }
    return reply.code(error.statusCode ?? 500).send({ message: error.message, what_to_do: WRONG })
  })
}

function addRoutes(instance: FastifyInstance, on: Controlled): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(CONTROL.services, () => ({ services: on.services() }))
  app.post(CONTROL.workers, { schema: { body: NewWorkersBody } }, async (request, reply) =>
    reply.code(202).send({ ids: await on.addWorkers(request.body) }),
  )
  app.delete(
    `${CONTROL.workers}/:name`,
    { schema: { params: Named, querystring: RemoveQuery } },
    (request) => on.removeWorker(request.params.name, { ...request.query }),
  )
  app.post(`${CONTROL.services}/:name/restart`, { schema: { params: Named } }, async (request) => {
    await on.restart(request.params.name)
    return {}
  })
  app.post(CONTROL.stop, async (_request, reply) => {
    await reply.code(202).send({})
    on.stop()
    return reply
  })
}
