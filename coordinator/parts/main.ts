// The parts process put together: takes workers' uploads, reads them back for hashing, merging and publishing, and
// serves published blocks to peers, so that none of it takes the coordinator's time.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { MAX_PART_BYTES } from '#engine/dag/part.ts'
import { createArweaveActivities } from '../activities/arweave.ts'
import { createDropLostParts } from '../activities/drop-lost-parts.ts'
import { createHashOutputs } from '../activities/hash-outputs.ts'
import { createLoadActivities } from '../activities/load-output.ts'
import { createMergeOutput } from '../activities/merge-output.ts'
import { createPublishOutput } from '../activities/publish-output.ts'
import { createWriteManifest } from '../activities/write-manifest.ts'
import { readConfig } from '../config.ts'
import { openFoundation, stopOnSignals, uploadKeyOf } from '../foundation.ts'
import { createAudit } from '../identity/audit.ts'
import { isPublic } from '../ledger/public-blocks.ts'
import { createMeasurer } from '../measurements/measurer.ts'
import { createArweaveClient } from '../publish/arweave-client.ts'
import { createArweaveConfirmer } from '../publish/arweave-confirmer.ts'
import { parseWallet } from '../publish/arweave-wallet.ts'
import { createPublishers } from '../publish/publishers.ts'
import { createReadiness, type Readiness } from '../readiness.ts'
import { databaseCondition, pollingCondition, temporalCondition } from '../ready-conditions.ts'
import { settingsOrExit } from '../settings-or-exit.ts'
import { createFooters } from '../storage/footers.ts'
import { createIpfsNode } from '../storage/ipfs-node.ts'
import { createStorageWorker } from '../temporal/job-workers.ts'
import { STOP } from '../workflows/policies.ts'
import { checkParts } from './check-parts.ts'
import { createFileHasher } from './file-hasher.ts'
import { startSink } from './sink-host.ts'
import { createSweeper } from './sweeper.ts'
import { createTlsFor } from './tls.ts'

const config = settingsOrExit(() => readConfig())
const stopping = new AbortController()
const base = await openFoundation(config, stopping.signal)
const { database, notifications, secrets, specs, store, temporal, log } = base
const onFatal = (error: unknown) => {
  log.fatal({ err: error }, 'cannot go on; to be started again')
  process.exit(1)
}

const arweave = config.arweave
  ? {
      client: createArweaveClient({ fetch }, { url: config.arweave.url }),
      wallet: parseWallet(config.arweave.wallet),
    }
  : null
const audit = createAudit(database, { onError: (error) => log.warn({ err: error }, 'audit') })
const pseudonymKey = await secrets.getOrCreate('pseudonym-key', () => randomBytes(32))
const tlsFor = createTlsFor(secrets)
let readiness: Readiness | null = null
const sink = await startSink(
  {
    log,
    reasons: async () => (await readiness?.reasons()) ?? ['It is starting.'],
    onFatal,
    onRefused: (refusal) =>
      audit.record({
        principal: refusal.workerId ?? 'anonymous',
        action: 'part.upload',
        resource: refusal.cid,
        outcome: 'refused',
        details: refusal,
      }),
  },
  {
    store: config.store,
    key: await uploadKeyOf(secrets),
    options: {
      host: config.parts.host,
      port: config.parts.port,
      // What is right for a lease is in its token.
      maxBytes: MAX_PART_BYTES,
      ...(await tlsFor(config.parts)),
    },
  },
)
const hasher = createFileHasher(config.store)
const putFooter = createFooters(store)
const worker = await createStorageWorker(
  {
    hashOutputs: createHashOutputs({ database, notifications, specs, hasher, putFooter }),
    dropLostParts: createDropLostParts({ database, store }),
    mergeOutput: createMergeOutput({ database, specs, store, putFooter }),
    writeManifest: createWriteManifest({ database, specs, store, putFooter, pseudonymKey }),
    publishOutput: createPublishOutput({
      database,
      store,
      publisherFor: createPublishers({ config, database, store }),
    }),
    ...createLoadActivities({
      database,
      specs,
      store,
      connections: { secrets, settings: config.connections },
    }),
    ...createArweaveActivities({ database, specs, store, arweave }),
  },
  { temporal, onFatal },
)
const confirmer = arweave ? createArweaveConfirmer({ database, client: arweave.client, log }) : null
const sweeper = createSweeper({ database, store, log })
const measurer = createMeasurer({
  database,
  notifications,
  store: config.store,
  onError: (error) => log.warn({ err: error }, 'not measured yet'),
})
const ipfs =
  config.ipfs.listen.length > 0
    ? await createIpfsNode(
        { store, isPublic: (cid) => isPublic(database, cid) },
        { listen: config.ipfs.listen },
      )
    : null
checkParts({ database, store, log }, { signal: stopping.signal }).catch((error: unknown) =>
  log.warn({ err: error }, 'parts not checked'),
)
readiness = createReadiness(
  [databaseCondition(database), temporalCondition(temporal), pollingCondition([worker])],
  { onUnmet: (reason, err) => log.warn({ reason, err }, 'not ready') },
)
log.info({ url: sink.url, peers: ipfs?.addresses() ?? [] }, 'parts ready')

/** Uploads are taken to the last: all workers wait from its end until the next process listens. */
stopOnSignals(log, { limitMs: config.drainMs + STOP.limitMs }, async () => {
  readiness?.leave()
  await Promise.all([delay(config.drainMs), worker.close()])
  stopping.abort()
  await hasher.close()
  await confirmer?.close()
  await sweeper.close()
  await measurer.close()
  await ipfs?.stop()
  await sink.close()
  await audit.close()
  await base.close()
})
