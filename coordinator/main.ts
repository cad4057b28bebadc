// The coordinator process put together: REST edge, workflow and lease workers, fleet gateway. It holds no state
// of its own, so that any number of replicas run on the same Postgres and Temporal.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createGenerateChunks } from './activities/generate-chunks.ts'
import { createRecordActivities } from './activities/record.ts'
import { readConfig } from './config.ts'
import { createUploadReaders } from './datasets/upload-readers.ts'
import { createCompletion } from './fleet/completion.ts'
import { createFleet } from './fleet/fleet.ts'
import { authenticateWorker, createFleetGateway } from './fleet/gateway.ts'
import { openFoundation, stopOnSignals, uploadKeyOf } from './foundation.ts'
import { createHealthChecks } from './health-checks.ts'
import { createApp } from './http/app.ts'
import { createAudit } from './identity/audit.ts'
import { bootstrap } from './identity/bootstrap.ts'
import { createCertificateAuthority } from './identity/certificate-authority.ts'
import { createEnroll } from './identity/enrollment.ts'
import { createHousekeeping } from './jobs/housekeeping.ts'
import { createReporter } from './jobs/report.ts'
import { createRestorePart } from './jobs/restore-part.ts'
import { createCommitter } from './ledger/commit.ts'
import { createMetrics } from './metrics.ts'
import { createOpenedModels } from './models/opened-models.ts'
import { announcePresence } from './presence.ts'
import { createArweavePrice, publisherNames } from './publish/settings.ts'
import { createReadiness } from './readiness.ts'
import {
  databaseCondition,
  listeningCondition,
  pollingCondition,
  temporalCondition,
} from './ready-conditions.ts'
import { settingsOrExit } from './settings-or-exit.ts'
import { verified } from './storage/block-store.ts'
import { isStored } from './storage/check-part.ts'
import { createRestoringGet } from './storage/restoring-get.ts'
import { createUploadSigner } from './storage/upload-signer.ts'
import { connectTemporal } from './temporal/connect.ts'
import { createWorkflowWorker } from './temporal/job-workers.ts'
import { createLeaseWorkers } from './temporal/lease-workers.ts'
import { createOutbox } from './temporal/outbox.ts'
import { createReconciler } from './temporal/reconciler.ts'
import { FLEET, STOP } from './workflows/policies.ts'

const config = settingsOrExit(() => readConfig())
const stopping = new AbortController()
const base = await openFoundation(config, stopping.signal)
const { database, notifications, secrets, specs, store } = base
const coordinatorId = `${config.name}-${randomUUID().slice(0, 8)}`
const log = base.log.child({ coordinatorId })
const onFatal = (error: unknown) => {
  log.fatal({ err: error }, 'cannot go on; to be started again')
  process.exit(1)
}
const temporal = await connectTemporal(config.temporal, { log, signal: stopping.signal })

if (config.admin)
  await bootstrap(database, {
    ...config.admin,
    arweaveBudgetWinston: config.defaultArweaveBudgetWinston,
  })
const audit = createAudit(database, { onError: (error) => log.warn({ err: error }, 'audit') })
const presence = await announcePresence({ database, log }, { id: coordinatorId, name: config.name })
const authority = await createCertificateAuthority({ secrets })
const certificate = await authority.issueServerCertificate({
  hosts: [
    config.fleet.host,
    ...config.fleet.addresses.map((address) => address.replace(/:\d+$/, '')),
  ],
})

const metrics = createMetrics(database)
const fleet = createFleet(
  {
    database,
    notifications,
    specs,
    log,
    committer: createCommitter(database, {
      maxRows: FLEET.commitRowsMax,
      maxDelayMs: FLEET.commitDelayMaxMs,
    }),
    completion: createCompletion({
      client: temporal.client,
      signal: stopping.signal,
      onRetry: (error) => log.warn({ err: error }, 'Temporal not told yet'),
    }),
    authenticate: (hello, nonce) => authenticateWorker({ database, certificate }, hello, nonce),
    signUploads: createUploadSigner(config.store),
    refused: (peer, hello, { code, message }) =>
      audit.record({
        principal: hello?.workerId ?? 'anonymous',
        action: 'worker.connect',
        resource: peer,
        outcome: 'refused',
        details: { code, message },
      }),
    report: createReporter({ database, log }),
    reported: () => metrics.resultReported(),
    repeated(workerId, { jobId, tableNo, chunkNo }) {
      metrics.chunkRepeated()
      log.info({ workerId, jobId, tableNo, chunkNo }, 'a chunk was made that the ledger had')
    },
    isStored: (link) => isStored(store, link),
    resultRefused: (principal, { leaseId, ...details }) =>
      audit.record({
        principal,
        action: 'chunk.report',
        resource: `lease/${leaseId}`,
        outcome: 'refused',
        details,
      }),
  },
  {
    coordinatorId,
    uploadKey: await uploadKeyOf(secrets),
    partsUrl: config.store.kind === 's3' ? '' : config.parts.url,
    partMaxBytes: config.parts.maxBytes,
    inputsUrl: config.parts.url,
    errorsMax: config.work.errorsMax,
  },
)
const gateway = createFleetGateway({
  fleet,
  enroll: createEnroll({ database, audit }),
  certificate,
  log,
})
const fleetPort = await gateway.listen(config.fleet.host, config.fleet.port)

const workflows = await createWorkflowWorker(
  createRecordActivities({
    database,
    specs,
    publishers: publisherNames(config),
    lease: config.work.lease,
  }),
  { temporal, onFatal },
)
const leaseWorkers = await createLeaseWorkers({
  connection: temporal.native,
  namespace: temporal.namespace,
  database,
  notifications,
  fleet,
  activities: {
    generateChunks: createGenerateChunks({ database, specs, fleet, coordinatorId }),
  },
  log,
  onFatal,
})
const outbox = createOutbox({ database, notifications, client: temporal.client, log })
const housekeeping = createHousekeeping(database, {
  onError: (error) => log.warn({ err: error }, 'housekeeping failed'),
})
const reconciler = createReconciler({ database, client: temporal.client, log })

const { get } = verified(store)
const restoring = {
  ...store,
  get: createRestoringGet(
    get,
    createRestorePart(
      { sql: database, specs, store, models: createOpenedModels(get) },
      { partMaxBytes: config.parts.maxBytes },
    ),
  ),
}
const uploads = createUploadReaders(config.store)
const readiness = createReadiness(
  [
    databaseCondition(database),
    temporalCondition(temporal),
    pollingCondition([workflows, leaseWorkers]),
    listeningCondition('Its fleet gateway', { host: config.fleet.host, port: fleetPort }),
  ],
  { onUnmet: (reason, err) => log.warn({ reason, err }, 'not ready') },
)
const app = await createApp({
  database,
  notifications,
  secrets,
  audit,
  store: restoring,
  metrics,
  readiness,
  health: createHealthChecks({ database, temporal, partsUrl: config.parts.url }),
  arweavePrice: createArweavePrice(config),
  ...(config.work.chunkRows !== null && { usualChunkRows: config.work.chunkRows }),
  caFingerprint: authority.fingerprint,
  connections: config.connections,
  uploads,
  datasets: config.datasets,
  logger: log,
  settings: {
    publicUrl: config.http.publicUrl,
    fleetAddresses: config.fleet.addresses,
    ipfsGateways: config.ipfs.gateways,
    arweaveUrl: config.arweave?.url ?? null,
    temporal: { uiUrl: config.temporal.uiUrl, namespace: config.temporal.namespace },
  },
})
await app.listen({ host: config.http.host, port: config.http.port })
log.info({ port: config.http.port }, 'coordinator ready')

/** Not ready first; then leases go to other replicas, while calls are still answered; the rest when nobody calls. */
stopOnSignals(log, { limitMs: config.drainMs + STOP.limitMs }, async () => {
  readiness.leave()
  const handOver = async () => {
    await reconciler.close()
    await leaseWorkers.close()
    await fleet.close({ timeoutMs: STOP.handOverMs })
    await gateway.close({ graceMs: STOP.gatewayGraceMs })
    await workflows.close()
  }
  await Promise.all([delay(config.drainMs), handOver()])
  await app.close()
  await uploads.close()
  stopping.abort()
  await housekeeping.close()
  await outbox.close()
  await presence.close()
  await audit.close()
  await temporal.close()
  await base.close()
})
