// Publishing on our own node: no byte moves, the tree only becomes public to the gateway and to bitswap.
import { gatewayUrls, type Publisher } from './publisher.ts'

export type OwnNodeDeps = {
  /** Records the root, and so all under it, as public. */
  announce: (root: string, options: { signal: AbortSignal }) => Promise<unknown>
  /** Takes that back. Without it, what was public goes with its job. */
  withdraw?: (root: string, options: { signal: AbortSignal }) => Promise<unknown>
}

/** `publicUrl`: base URL of our own gateway. `gateways`: templates of others that find us by bitswap. */
export type OwnNodeSettings = { publicUrl: string; gateways: readonly string[] }

export function createOwnNodePublisher(deps: OwnNodeDeps, settings: OwnNodeSettings): Publisher {
  const own = `${settings.publicUrl.replace(/\/+$/, '')}/ipfs/{cid}`
  return {
    name: 'own-node',
    async publish({ root }, options) {
      await deps.announce(root, options)
      const urls = [`ipfs://${root}`, ...gatewayUrls([own, ...settings.gateways], root)]
      return { ref: root, status: 'pinned', urls }
    },
    status: () => Promise.resolve('pinned'),
    remove: async (root, options) => {
      await deps.withdraw?.(root, options)
    },
  }
}
