// What a parts process does besides taking uploads: Temporal's activities on parts, serving published blocks to peers,
// sweeping and measuring. Its libraries take long to load, which is done while uploads are taken already.

import { randomBytes } from 'node:crypto'
import { createArweaveActivities } from '../activities/arweave.ts'
import { createDropLostParts } from '../activities/drop-lost-parts.ts'
import { createHashOutputs } from '../activities/hash-outputs.ts'
import { createLoadActivities } from '../activities/load-output.ts'
import { createMergeOutput } from '../activities/merge-output.ts'
import { createPublishOutput } from '../activities/publish-output.ts'
import { createWriteManifest } from '../activities/write-manifest.ts'
import type { Config } from '../config.ts'
import type { Foundation } from '../foundation.ts'
import { isPublic } from '../ledger/public-blocks.ts'
import { createMeasurer } from '../measurements/measurer.ts'
import { createArweaveClient } from '../publish/arweave-client.ts'
import { createArweaveConfirmer } from '../publish/arweave-confirmer.ts'
import { parseWallet } from '../publish/arweave-wallet.ts'
import { createPublishers } from '../publish/publishers.ts'
import type { Condition } from '../readiness.ts'
import { pollingCondition, temporalCondition } from '../ready-conditions.ts'
import { createFooters } from '../storage/footers.ts'
import { createIpfsNode } from '../storage/ipfs-node.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { createStorageWorker } from '../temporal/job-workers.ts'
import { checkParts } from './check-parts.ts'
import { createFileHasher } from './file-hasher.ts'
import { createSweeper } from './sweeper.ts'

export type StorageWork = {
  conditions: readonly Condition[]
  /** Multiaddrs where peers dial; empty without an IPFS node. */
  peers(): string[]
  /** Takes no more activities; resolves when those under way have ended. */
  finish(): Promise<void>
  /** Ends the rest. */
  close(): Promise<void>
}

type Deps = { base: Foundation; onFatal: (error: unknown) => void }

/** Waits for Temporal; rejects when `signal` aborts. */
export async function startStorageWork(
  { base, onFatal }: Deps,
  config: Config,
  { signal }: { signal: AbortSignal },
): Promise<StorageWork> {
  const { database, log, notifications, store } = base
  const temporal = await connectTemporal(config.temporal, { log, signal })
  const hasher = createFileHasher(config.store)
  const arweave = arweaveOf(config)
  const activities = await activitiesOf(base, config, { hasher, arweave })
  const worker = await createStorageWorker(activities, { temporal, onFatal })
  const confirmer = arweave
    ? createArweaveConfirmer({ database, client: arweave.client, log })
    : null
  const sweeper = createSweeper({ database, store, log })
  const measurer = createMeasurer({
    ...{ database, notifications, store: config.store, settings: config.measuring },
    onError: (error) => log.warn({ err: error }, 'not measured yet'),
  })
  const ipfs = await ipfsOf(base, config)
  checkParts({ database, store, log }, { signal }).catch((error: unknown) =>
    log.warn({ err: error }, 'parts not checked'),
  )
  return {
    conditions: [temporalCondition(temporal), pollingCondition([worker])],
    peers: () => ipfs?.addresses() ?? [],
    finish: () => worker.close(),
    async close() {
      await hasher.close()
      await confirmer?.close()
      await sweeper.close()
      await measurer.close()
      await ipfs?.stop()
      await temporal.close()
    },
  }
}

type Arweave = Parameters<typeof createArweaveActivities>[0]['arweave']
type Tools = { hasher: ReturnType<typeof createFileHasher>; arweave: Arweave }

async function activitiesOf(base: Foundation, config: Config, { hasher, arweave }: Tools) {
  const { database, notifications, secrets, specs, store } = base
  const pseudonymKey = await secrets.getOrCreate('pseudonym-key', () => randomBytes(32))
  const putFooter = createFooters(store)
  const publisherFor = createPublishers({ config, database, store })
  const connections = { secrets, settings: config.connections }
  return {
    hashOutputs: createHashOutputs({ database, notifications, specs, hasher, putFooter }),
    dropLostParts: createDropLostParts({ database, store }),
    mergeOutput: createMergeOutput({ database, specs, store, putFooter }),
    writeManifest: createWriteManifest({ database, specs, store, putFooter, pseudonymKey }),
    publishOutput: createPublishOutput({ database, store, publisherFor }),
    ...createLoadActivities({ database, specs, store, connections }),
    ...createArweaveActivities({ database, specs, store, arweave }),
  }
}

function arweaveOf({ arweave }: Config): Arweave {
  if (!arweave) return null
  const client = createArweaveClient({ fetch }, { url: arweave.url })
  return { client, wallet: parseWallet(arweave.wallet) }
}

async function ipfsOf({ database, store }: Foundation, { ipfs: { listen } }: Config) {
  if (listen.length === 0) return null
  return createIpfsNode({ store, isPublic: (cid) => isPublic(database, cid) }, { listen })
}
