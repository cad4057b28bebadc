// The IPFS node: serves what was published to any peer that dials it, by bitswap over TCP. It finds nobody by itself
// (no multicast, no port mapping, no bootstrap list), so an installation is on the public network only by choice.
import { createPublicView, type PublicView } from './public-view.ts'

export type IpfsNode = {
  /** Ends all connections. */
  stop(): Promise<void>
  /** Where peers dial: multiaddrs with the peer id. Empty once stopped. */
  addresses(): string[]
}

/** `listen`: multiaddrs (loopback, any free port). `announce`: what to tell peers instead, behind a NAT or proxy. */
export type IpfsNodeOptions = { listen?: string[]; announce?: string[]; maxConnections?: number }

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
const MAX_CONNECTIONS = 200

/**
 * Starts a node over the public blocks of a store. Its libraries are loaded here, so nobody else pays for them. Its peer
 * id is new at each start. Rejects when it cannot listen.
 */
export async function createIpfsNode(
  view: PublicView,
  options: IpfsNodeOptions = {},
): Promise<IpfsNode> {
  const [{ createHeliaLight }, { withLibp2pLight }, { withBitswap }] = await Promise.all([
    import('helia'),
    import('@helia/libp2p'),
    import('@helia/bitswap'),
  ])
  const helia = createHeliaLight({ blockstore: createPublicView(view) })
  const node = withBitswap(
    withLibp2pLight(helia, {
      ...(await transport()),
      addresses: { listen: options.listen ?? [LOOPBACK], announce: options.announce ?? [] },
      connectionManager: { maxConnections: options.maxConnections ?? MAX_CONNECTIONS },
    }),
  )
  await node.start()
  return {
    stop: async () => {
      await node.stop()
    },
    addresses: () => node.libp2p.getMultiaddrs().map(String),
  }
}

async function transport() {
  const [{ tcp }, { noise }, { yamux }, { identify }] = await Promise.all([
    import('@libp2p/tcp'),
    import('@libp2p/noise'),
    import('@libp2p/yamux'),
    import('@libp2p/identify'),
  ])
  return {
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  }
}
