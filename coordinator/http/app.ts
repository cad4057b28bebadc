// The REST edge, put together: one Fastify instance with its checks, hooks, documents and routes.

import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import type { Database } from '#coordinator/database/database.ts'
import type { Notifications } from '#coordinator/database/notifications.ts'
import { type ApiKeys, createApiKeys } from '#coordinator/identity/api-keys.ts'
import type { Audit } from '#coordinator/identity/audit.ts'
import type { SealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import type { ViewSettings } from '#coordinator/jobs/job-view.ts'
import { createPlanner } from '#coordinator/jobs/planning.ts'
import type { SubmitDeps } from '#coordinator/jobs/submit.ts'
import type { Metrics } from '#coordinator/metrics.ts'
import { AppError } from '#engine/errors.ts'
import { createAuthentication } from './authentication.ts'
import { PROBLEM_TYPE, problemOf } from './errors.ts'
import type { HealthChecks } from './health.ts'
import { healthRoutes } from './health-routes.ts'
import { observeRequests } from './hooks.ts'
import { createIdempotency } from './idempotency.ts'
import { jobRoutes } from './job-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { documentOptions } from './openapi.ts'
import { projectRoutes } from './project-routes.ts'
import type { App } from './types.ts'
import { validatorCompiler } from './validation.ts'

const BODY_BYTES_MAX = 2 * 1024 * 1024
const REQUEST_TIMEOUT_MS = 60_000

export type AppDeps = {
  database: Database
  notifications: Notifications
  secrets: SealedSecrets
  audit: Audit
  metrics: Metrics
  health: HealthChecks
  /** Arweave's price for a number of bytes, in winston; null where there is no Arweave. */
  arweavePrice: SubmitDeps['arweavePrice']
  logger: Logger
  settings: AppSettings
}

export type AppSettings = ViewSettings & { bodyBytesMax?: number }

/** Ready for `listen` or `inject`; `close` answers what is under way, ends event streams and refuses the rest. */
export async function createApp(deps: AppDeps): Promise<App> {
  const app = bareApp(deps)
  const keys = createApiKeys(deps.database)
  const auth = createAuthentication(keys)
  observeRequests(app, { auth, audit: deps.audit, metrics: deps.metrics })
  await app.register(swagger, documentOptions(deps.settings.publicUrl))
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  await registerOpen(app, deps, auth)
  await registerGuarded(app, { ...deps, auth, keys })
  return app
}

type Auth = ReturnType<typeof createAuthentication>

function bareApp({ logger, settings }: AppDeps): App {
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    bodyLimit: settings.bodyBytesMax ?? BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    requestIdHeader: false,
    genReqId: () => crypto.randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // The schemas of replies are for the document; what is sent is made by our own code.
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value))
  acceptEmptyJson(app)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new AppError('not_found', `There is no ${request.method} ${pathOf(request)}.`),
      request,
      reply,
    ),
  )
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
  return app
}

/** Clients send the JSON content type with calls that have no body, such as pause. */
function acceptEmptyJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') done(null, undefined)
      else {
        void parse(request, body, (error, value: unknown) =>
          error
            ? done(new AppError('invalid_request', `The body is not JSON: ${error.message}`))
            : done(null, value),
        )
      }
    },
  )
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.id)
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed')
  if (problem.status === 503) reply.header('retry-after', '1')
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="syndata"')
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''

async function registerOpen(app: App, deps: AppDeps, auth: Auth): Promise<void> {
  await app.register(async (open: App) => {
    open.addHook('onRequest', auth.optional)
    healthRoutes(open, { ...deps, auth })
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

async function registerGuarded(
  app: App,
  deps: AppDeps & { auth: Auth; keys: ApiKeys },
): Promise<void> {
  const planner = createPlanner()
  app.addHook('onClose', () => planner.close())
  const idempotency = createIdempotency(deps.database, deps.auth)
  const shared = { ...deps, planner, idempotency }
  await app.register(async (guarded: App) => {
    guarded.addHook('onRequest', deps.auth.required)
    keyRoutes(guarded, shared)
    projectRoutes(guarded, shared)
    jobRoutes(guarded, shared)
  })
}
