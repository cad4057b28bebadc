// The IPFS node: serves what was published to any peer that dials it, by bitswap over TCP. It finds nobody by itself
// (no multicast, no port mapping, no bootstrap list), so an installation is on the public network only by choice.
import { createPublicView, type PublicView } from './public-view.ts'

export type IpfsNode = {
  start(): Promise<void>
  /** Ends all connections. */
  stop(): Promise<void>
  /** Where peers dial: multiaddrs with the peer id. Empty unless started. */
  addresses(): string[]
}

/** `listen`: multiaddrs (loopback, any free port). `announce`: what to tell peers instead, behind a NAT or proxy. */
export type IpfsNodeOptions = { listen?: string[]; announce?: string[]; maxConnections?: number }

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
const MAX_CONNECTIONS = 200

/** A node over the public blocks of a store. Its libraries are loaded by `start`, so nobody else pays for them. */
export function createIpfsNode(view: PublicView, options: IpfsNodeOptions = {}): IpfsNode {
  let running: Awaited<ReturnType<typeof startNode>> | null = null
  return {
    async start() {
      running ??= await startNode(view, options)
    },
    async stop() {
      const node = running
      running = null
      await node?.stop()
    },
    addresses: () => running?.libp2p.getMultiaddrs().map(String) ?? [],
  }
}

async function startNode(view: PublicView, options: IpfsNodeOptions) {
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
  return node
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
