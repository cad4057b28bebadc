// The REST edge, put together: one Fastify instance with its checks, hooks, documents and routes.

import { randomBytes } from 'node:crypto'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { ConnectionSettings } from '#coordinator/connections/settings.ts'
import type { Database } from '#coordinator/database/database.ts'
import type { Notifications } from '#coordinator/database/notifications.ts'
import type { DatasetSettings } from '#coordinator/datasets/settings.ts'
import type { UploadReaders } from '#coordinator/datasets/upload-readers.ts'
import { createApiKeys } from '#coordinator/identity/api-keys.ts'
import type { Audit } from '#coordinator/identity/audit.ts'
import { createEnrollmentTokens } from '#coordinator/identity/enrollment-tokens.ts'
import type { SealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { createJobFeed } from '#coordinator/jobs/job-feed.ts'
import type { ViewSettings } from '#coordinator/jobs/job-view.ts'
import { createPlanner } from '#coordinator/jobs/planning.ts'
import { createSpecKeeper } from '#coordinator/jobs/spec-keeper.ts'
import type { SubmitDeps } from '#coordinator/jobs/submit.ts'
import { createJobSpecs } from '#coordinator/ledger/job-spec.ts'
import type { Metrics } from '#coordinator/metrics.ts'
import { createOpenedModels } from '#coordinator/models/opened-models.ts'
import { readInput } from '#coordinator/models/read-input.ts'
import type { Readiness } from '#coordinator/readiness.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { AppError } from '#engine/errors.ts'
import { aliasRoutes } from './aliases/routes.ts'
import { createAuthentication } from './authentication.ts'
import { configSchemaRoute } from './config-schema-route.ts'
import { connectionRoutes } from './connection-routes.ts'
import { datasetRoutes } from './dataset-routes.ts'
import { datasetUploadRoute } from './dataset-upload-route.ts'
import { createDownloadLinks } from './download-links.ts'
import { enrollmentRoutes } from './enrollment-routes.ts'
import { evaluationRoutes } from './evaluation-routes.ts'
import { gatewayRoutes } from './gateway.ts'
import type { HealthChecks } from './health.ts'
import { healthRoutes } from './health-routes.ts'
import { observeRequests } from './hooks.ts'
import { createIdempotency } from './idempotency.ts'
import { jobActionRoutes } from './job-action-routes.ts'
import { jobDownloadRoute } from './job-download-route.ts'
import { jobEventRoutes } from './job-event-routes.ts'
import { jobFileRoutes } from './job-file-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { createMayRead } from './may-read.ts'
import { memberRoutes } from './member-routes.ts'
import { modelEventRoute } from './model-event-route.ts'
import { modelFileRoutes } from './model-file-routes.ts'
import { modelRoutes } from './model-routes.ts'
import { documentOptions, documentPage } from './openapi.ts'
import { commonHeaders, sendProblem } from './problem-reply.ts'
import { profileRoute } from './profile-route.ts'
import { projectRoutes } from './project-routes.ts'
import { scalingRoutes } from './scaling-routes.ts'
import { limitSlowBodies } from './slow-bodies.ts'
import { templateRoutes } from './template-routes.ts'
import type { App } from './types.ts'
import { validatorCompiler } from './validation.ts'
import { workerRoutes } from './worker-routes.ts'

const BODY_BYTES_MAX = 2 * 1024 * 1024
const LINK_KEY_BYTES = 32
/** Answers under way at close get this long; a download that takes longer is cut. */
const CLOSE_GRACE_MS = 5_000

export type AppDeps = {
  database: Database
  notifications: Notifications
  secrets: SealedSecrets
  audit: Audit
  metrics: Metrics
  health: HealthChecks
  readiness: Pick<Readiness, 'reasons' | 'leaving'>
  /** Arweave's price for a number of bytes, in winston; null where there is no Arweave. */
  arweavePrice: SubmitDeps['arweavePrice']
  /** Rows of a chunk of jobs that do not say, where an operator has set it. */
  usualChunkRows?: number
  /** Answers no damaged byte: verified, or made again. */
  store: BlockStore
  /** Hex SHA-256 of the fleet's CA certificate, for enrolment tokens. */
  caFingerprint: string
  /** Which databases of users may be reached. */
  connections: ConnectionSettings
  /** What reads them. */
  uploads: UploadReaders
  /** What uploads may take. */
  datasets: DatasetSettings
  logger: Logger
  settings: AppSettings
}

export type AppSettings = ViewSettings & {
  /** host:port of the fleet gateways that enrolment tokens name. */
  fleetAddresses: string[]
  bodyBytesMax?: number
}

/** Ready for `listen` or `inject`; `close` answers what is under way, ends event streams and refuses the rest. */
export async function createApp(deps: AppDeps): Promise<App> {
  const app = bareApp(deps)
  const services = await createServices(app, deps)
  observeRequests(app, { ...deps, auth: services.auth })
  await app.register(swagger, documentOptions(deps.settings.publicUrl))
  await app.register(swaggerUi, documentPage)
  await registerRoutes(app, { ...deps, ...services })
  return app
}

type Services = Awaited<ReturnType<typeof createServices>>

/** What routes share beside what the process gives them; it lives as long as the app. */
async function createServices(app: App, deps: AppDeps) {
  const { database, secrets, notifications, logger } = deps
  const keys = createApiKeys(database)
  const auth = createAuthentication(keys)
  const planner = createPlanner({ readModel: (file) => readInput(deps.store.get, file) })
  const feed = createJobFeed({
    sql: database,
    notifications,
    onError: (err) => logger.warn({ err }, 'job events not read'),
  })
  app.addHook('onClose', async () => {
    feed.close()
    await planner.close()
  })
  const linkKey = await secrets.getOrCreate('download-links', () => randomBytes(LINK_KEY_BYTES))
  return {
    keys,
    auth,
    planner,
    specKeeper: createSpecKeeper(database),
    models: createOpenedModels(deps.store.get),
    feed,
    links: createDownloadLinks(linkKey),
    idempotency: createIdempotency(database, auth),
    specs: createJobSpecs(database),
    enrollmentTokens: createEnrollmentTokens(deps),
    mayRead: createMayRead({ auth, database }),
  }
}

function bareApp({ logger, readiness, settings }: AppDeps): App {
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    bodyLimit: settings.bodyBytesMax ?? BODY_BYTES_MAX,
    // Uploads take as long as they take; other bodies have their own limit.
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    requestIdHeader: false,
    genReqId: () => crypto.randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    // What the router itself refuses reaches neither hooks nor the error handler.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // The schemas of replies are for the document; what is sent is made by our own code.
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value))
  acceptEmptyJson(app)
  refuseEncodedBodies(app)
  limitClose(app)
  limitSlowBodies(app)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new AppError(
        'not_found',
        `There is no ${request.method} ${pathOf(request)}; /docs lists every call.`,
      ),
      request,
      reply,
    ),
  )
  app.addHook('onRequest', async (request, reply) => {
    commonHeaders(request, reply)
    // The next call of this client is for another replica.
    if (readiness.leaving()) reply.header('connection', 'close')
  })
  return app
}

function limitClose(app: App): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
  })
  app.addHook('onClose', async () => clearTimeout(timer))
}

/** A file may be packed, and is told by its bytes; other bodies are read as they are sent. */
function refuseEncodedBodies(app: App): void {
  app.addHook('onRequest', async ({ headers, routeOptions }) => {
    const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers
    const isFile = routeOptions.config.streamsBody === true && !type.startsWith('multipart/')
    if (encoding === '' || encoding.toLowerCase() === 'identity' || isFile) return
    const what =
      'Send the body without Content-Encoding; a file in it may be packed by gzip or zstd.'
    throw new AppError('invalid_request', what)
  })
}

/** Clients send the JSON content type with calls that have no body, such as pause. */
function acceptEmptyJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') done(null, undefined)
      else {
        void parse(request, body, (error, value: unknown) =>
          error ? done(new AppError('invalid_request', jsonFault(body))) : done(null, value),
        )
      }
    },
  )
}

/** Why a body that the parser refused is not taken: where the JSON breaks off, or a key that is none of data. */
function jsonFault(body: string): string {
  try {
    JSON.parse(body)
  } catch (error) {
    return `The body is not JSON: ${(error as Error).message}`
  }
  return 'The body has a key __proto__, or a constructor with a prototype; those are not taken.'
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''

async function registerRoutes(app: App, given: AppDeps & Services): Promise<void> {
  const deps = {
    ...given,
    store: given.store,
    fleetAddresses: given.settings.fleetAddresses,
  }
  await app.register(async (open: App) => {
    open.addHook('onRequest', deps.auth.optional)
    healthRoutes(open, deps)
    configSchemaRoute(open)
    templateRoutes(open)
    jobDownloadRoute(open, deps)
    gatewayRoutes(open, deps)
  })
  await app.register(async (guarded: App) => {
    guarded.addHook('onRequest', deps.auth.required)
    keyRoutes(guarded, deps)
    projectRoutes(guarded, deps)
    memberRoutes(guarded, deps)
    connectionRoutes(guarded, deps)
    datasetRoutes(guarded, deps)
    await datasetUploadRoute(guarded, deps)
    profileRoute(guarded, deps)
    modelRoutes(guarded, deps)
    modelEventRoute(guarded, deps)
    await modelFileRoutes(guarded, deps)
    evaluationRoutes(guarded, deps)
    aliasRoutes(guarded, deps)
    jobRoutes(guarded, deps)
    jobActionRoutes(guarded, deps)
    jobEventRoutes(guarded, deps)
    jobFileRoutes(guarded, deps)
    enrollmentRoutes(guarded, deps)
    workerRoutes(guarded, deps)
    scalingRoutes(guarded, deps)
  })
  for (const url of ['/', '/redoc'])
    app.get(url, { schema: { hide: true } }, (_, reply) => reply.redirect('/docs'))
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
