// The publishers that the settings name, by name.

import { walkDag } from '#engine/dag/walk.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { announceBlocks } from '../ledger/public-blocks.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { createKuboPublisher } from './kubo.ts'
import { createOutgoingFetch } from './outgoing.ts'
import { createOwnNodePublisher } from './own-node.ts'
import { createPinataPublisher } from './pinata.ts'
import type { Publisher } from './publisher.ts'

type Deps = { config: Config; database: Database; store: BlockStore }

/** The publisher of this name for a job's output; null when the installation has none. */
export function createPublishers({ config, database, store }: Deps) {
  const hosts = { allowPrivate: config.allowPrivateHosts }
  const kubo = config.kubo
    ? createKuboPublisher({ fetch: createOutgoingFetch(hosts) }, { url: config.kubo.url })
    : null
  const pinata = config.pinata
    ? createPinataPublisher({ fetch: createOutgoingFetch(hosts) }, config.pinata)
    : null
  return (jobId: string, name: string): Publisher | null => {
    if (name === 'kubo') return kubo
    if (name === 'pinata') return pinata
    if (name !== 'own-node') return null
    return createOwnNodePublisher(
      {
        announce: (root, { signal }) =>
          announceBlocks(database, { jobId, root, blocks: walkDag(store.get, root, { signal }) }),
      },
      { publicUrl: config.http.publicUrl, gateways: config.ipfs.gateways },
    )
  }
}
