import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createHeliaLight } from 'helia'
import { CID } from 'multiformats/cid'
import { directoryOf } from '#engine/dag/concat.ts'
import { LEAF_BYTES, type Link } from '#engine/dag/part.ts'
import { readRange } from '#engine/dag/read-range.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { walkDag } from '#engine/dag/walk.ts'
import { createFolderStore } from './folder-store.ts'
import { createIpfsNode } from './ipfs-node.ts'
import { putPart } from './put-dag.ts'

async function setUp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'ipfs-'))
  const store = await createFolderStore(dir)
  const open = new Set<string>()
  const publish = async (root: string) => {
    for await (const { cid } of walkDag(store.get, root)) open.add(cid)
  }
  const node = await createIpfsNode({ store, isPublic: (cid) => open.has(cid) })
  t.after(async () => {
    await node.stop()
    await rm(dir, { recursive: true })
  })
  return { store, publish, node }
}

/** Another node, that knows nobody but the one it dials. */
async function createPeer(t: TestContext, addresses: string[]): Promise<GetBlock> {
  const peer = withBitswap(
    withLibp2pLight(createHeliaLight(), {
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
      connectionGater: { denyDialMultiaddr: () => false },
    }),
  )
  await peer.start()
  t.after(() => peer.stop())
  await peer.libp2p.dial(addresses.map((address) => multiaddr(address)))
  return async (cid, options = {}) => {
    const pieces: Uint8Array[] = []
    for await (const piece of peer.blockstore.get(CID.parse(cid), options)) pieces.push(piece)
    return Buffer.concat(pieces)
  }
}

test('another node fetches a published file of several blocks by bitswap', async (t) => {
  const { store, publish, node } = await setUp(t)
  const bytes = randomBytes(3 * LEAF_BYTES + 100)
  const file = await putPart(store, bytes)
  const blocks: [string, Uint8Array][] = []
  const root = directoryOf(
    [{ name: 'orders.csv', link: file }],
    (...block) => void blocks.push(block),
  )
  for (const [cid, block] of blocks) await store.put(cid, block)
  await publish(root.cid)

  const get = await createPeer(t, node.addresses())
  const pieces: Uint8Array[] = []
  for await (const piece of readRange(get, file.cid, 0, file.bytes)) pieces.push(piece)
  assert.ok(Buffer.concat(pieces).equals(bytes))
  assert.ok(await get(root.cid))
})

test('a block that was not published is not served, also to a peer that asks for it by name', async (t) => {
  const { store, publish, node } = await setUp(t)
  const open: Link = await putPart(store, randomBytes(100))
  const secret: Link = await putPart(store, randomBytes(100))
  await publish(open.cid)
  const get = await createPeer(t, node.addresses())
  const refused = get(secret.cid, { signal: AbortSignal.timeout(1500) })
  assert.ok(await get(open.cid))
  await assert.rejects(refused)

  await publish(secret.cid)
  const other = await createPeer(t, node.addresses())
  assert.ok(await other(secret.cid, { signal: AbortSignal.timeout(20_000) }))
})

test('a node listens on loopback only, where it says, and stops', async (t) => {
  const { node } = await setUp(t)
  assert.ok(node.addresses().length > 0)
  for (const address of node.addresses()) {
    assert.match(address, /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+$/)
  }
  await node.stop()
  assert.deepEqual(node.addresses(), [])
})
