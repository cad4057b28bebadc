// Publishers and prices as the settings have them.

import type { Config } from '../config.ts'
import { createArweaveClient } from './arweave-client.ts'

/** Names of the IPFS publishers that every published output goes to; the own node always. */
export const publisherNames = (config: Config): string[] => [
  'own-node',
  ...(config.kubo ? ['kubo'] : []),
  ...(config.pinata ? ['pinata'] : []),
]

/** Winston for a number of bytes; null where there is no Arweave. */
export function createArweavePrice(config: Config): ((bytes: number) => Promise<bigint>) | null {
  if (!config.arweave) return null
  const client = createArweaveClient({ fetch }, { url: config.arweave.url })
  return (bytes) => client.price(bytes)
}
