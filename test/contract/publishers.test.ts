// One contract for every publisher: over doubles that verify each block they are sent, and over a real kubo when
// KUBO_RPC_URL names one.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { suite, type TestContext, test } from 'node:test'
import { createKuboPublisher } from '#coordinator/publish/kubo.ts'
import { createOutgoingFetch } from '#coordinator/publish/outgoing.ts'
import { createOwnNodePublisher } from '#coordinator/publish/own-node.ts'
import { createPinataPublisher } from '#coordinator/publish/pinata.ts'
import type { Publisher, PublishRequest } from '#coordinator/publish/publisher.ts'
import { carOf, carSize } from '#engine/dag/car.ts'
import { concatLinks, directoryOf } from '#engine/dag/concat.ts'
import { LEAF_BYTES, partOf } from '#engine/dag/part.ts'
import { startKuboDouble } from './kubo-double.ts'
import { PINATA_JWT, startPinataDouble } from './pinata-double.ts'
import type { ServiceDouble } from './service-double.ts'

type Subject = { publisher: Publisher; double: ServiceDouble }

const fetch = createOutgoingFetch({ allowPrivate: true })
const signal = new AbortController().signal
const QUICK = { firstPauseMs: 1 }

async function sampleTree() {
  const blocks = new Map<string, Uint8Array>()
  const keep = (cid: string, block: Uint8Array) => void blocks.set(cid, block)
  const links = [randomBytes(10), randomBytes(2 * LEAF_BYTES + 7)].map((bytes) => {
    const { link, leaves, node } = partOf(bytes)
    for (const { cid, offset, length } of leaves) keep(cid, bytes.subarray(offset, offset + length))
    if (node) keep(node.cid, node.bytes)
    return link
  })
  const root = directoryOf([{ name: 'orders.csv', link: concatLinks(links, keep) }], keep)
  const get = async (cid: string) => blocks.get(cid) ?? null
  const request: PublishRequest = {
    root: root.cid,
    name: 'a set of orders',
    carBytes: await carSize(get, root.cid),
    openCar: (options) => carOf(get, root.cid, options),
  }
  return { blocks, request }
}

function contract(name: string, open: (t: TestContext) => Promise<Subject>) {
  suite(name, () => {
    test('the whole tree arrives, and is there until it is removed', async (t) => {
      const { publisher, double } = await open(t)
      const { request, blocks } = await sampleTree()
      const receipt = await publisher.publish(request, { signal })
      assert.equal(receipt.status, 'pinned')
      assert.equal(receipt.urls[0], `ipfs://${request.root}`)
      assert.deepEqual(
        new Set(double.trees.get(request.root)?.blocks.keys()),
        new Set(blocks.keys()),
      )
      const ref = receipt.ref as string
      assert.equal(await publisher.status(ref, { signal }), 'pinned')
      await publisher.remove(ref, { signal })
      await publisher.remove(ref, { signal })
      assert.equal(await publisher.status(ref, { signal }), 'failed')
    })

    test('publishing again gives the same receipt', async (t) => {
      const { publisher, double } = await open(t)
      const { request } = await sampleTree()
      const first = await publisher.publish(request, { signal })
      assert.deepEqual(await publisher.publish(request, { signal }), first)
      assert.equal(double.trees.size, 1)
    })

    test('a service that is busy, or cuts the connection, is tried again', async (t) => {
      const { publisher, double } = await open(t)
      const { request } = await sampleTree()
      double.spoil.push('busy', 'busy', 'cut')
      assert.equal((await publisher.publish(request, { signal })).status, 'pinned')
      assert.ok(double.trees.has(request.root))
      assert.deepEqual(double.spoil, [])
    })

    test('a service that stays busy is a failure in the end', async (t) => {
      const { publisher, double } = await open(t)
      double.spoil.push('busy', 'busy', 'busy', 'busy', 'busy')
      const { request } = await sampleTree()
      await assert.rejects(publisher.publish(request, { signal }), { code: 'publish_failed' })
      assert.equal(double.uploads(), 4)
    })

    test('a refusal is final', async (t) => {
      const { publisher, double } = await open(t)
      double.spoil.push('refuse')
      const { request } = await sampleTree()
      await assert.rejects(publisher.publish(request, { signal }), { code: 'publish_failed' })
      assert.equal(double.uploads(), 1)
    })

    test('a service that stored something else is found out', async (t) => {
      const { publisher, double } = await open(t)
      double.spoil.push('lie')
      const { request } = await sampleTree()
      await assert.rejects(publisher.publish(request, { signal }), {
        code: 'publish_failed',
        message: /another CID/,
      })
    })

    test('a damaged block does not pass', async (t) => {
      const { publisher, double } = await open(t)
      const { request, blocks } = await sampleTree()
      const [leaf] = [...blocks.keys()]
      blocks.set(leaf as string, randomBytes(10))
      await assert.rejects(publisher.publish(request, { signal }), { code: 'publish_failed' })
      assert.equal(double.trees.size, 0)
    })

    test('an aborted upload rejects and is not tried again', async (t) => {
      const { publisher, double } = await open(t)
      const { request } = await sampleTree()
      const abort = new AbortController()
      async function* stalled(options: { signal: AbortSignal }) {
        yield Buffer.of(1)
        const aborted = once(options.signal, 'abort')
        abort.abort()
        await aborted
        options.signal.throwIfAborted()
      }
      const stuck = { ...request, openCar: stalled }
      await assert.rejects(publisher.publish(stuck, { signal: abort.signal }), {
        name: 'AbortError',
      })
      assert.ok(double.uploads() <= 1)
      assert.equal(double.trees.size, 0)
    })
  })
}

async function openPinata(t: TestContext, maxFormBytes: number): Promise<Subject> {
  const double = await startPinataDouble(t)
  const publisher = createPinataPublisher(
    { fetch },
    {
      jwt: PINATA_JWT,
      url: `${double.url}/v3/files`,
      apiUrl: `${double.url}/v3`,
      gateway: 'https://gateway.example/ipfs/{cid}',
      maxFormBytes,
      tusPieceBytes: 700_000,
      ...QUICK,
    },
  )
  return { publisher, double }
}

contract('kubo', async (t) => {
  const double = await startKuboDouble(t)
  const publisher = createKuboPublisher({ fetch }, { url: double.url, ...QUICK })
  return { publisher, double }
})
contract('Pinata, in one form', (t) => openPinata(t, 94_371_840))
contract('Pinata, by TUS', (t) => openPinata(t, 0))

test('an upload by TUS goes on where a cut connection left it', async (t) => {
  const { publisher, double } = await openPinata(t, 0)
  const { request } = await sampleTree()
  double.spoil.push('cut', 'cut')
  const { urls } = await publisher.publish(request, { signal })
  assert.deepEqual(urls, [`ipfs://${request.root}`, `https://gateway.example/ipfs/${request.root}`])
  assert.equal(double.uploads(), 1)
  assert.ok(double.trees.has(request.root))
})

test('our own node announces the root, and moves nothing', async () => {
  const open = new Set<string>()
  const publisher = createOwnNodePublisher(
    {
      announce: async (root) => void open.add(root),
      withdraw: async (root) => void open.delete(root),
    },
    { publicUrl: 'http://127.0.0.1:8080/', gateways: ['https://ipfs.example/ipfs/{cid}?download'] },
  )
  const { request } = await sampleTree()
  const openCar = () => assert.fail('no byte needs to move')
  const receipt = await publisher.publish({ ...request, openCar }, { signal })
  assert.deepEqual(receipt.urls, [
    `ipfs://${request.root}`,
    `http://127.0.0.1:8080/ipfs/${request.root}`,
    `https://ipfs.example/ipfs/${request.root}?download`,
  ])
  assert.ok(open.has(request.root))
  await publisher.remove(receipt.ref as string, { signal })
  assert.equal(open.size, 0)
})

const kuboUrl = process.env['KUBO_RPC_URL']
test('a real kubo takes the tree', {
  skip: kuboUrl ? false : 'KUBO_RPC_URL is not set',
}, async () => {
  const publisher = createKuboPublisher({ fetch }, { url: kuboUrl ?? '' })
  const { request } = await sampleTree()
  const { ref } = await publisher.publish(request, { signal })
  assert.equal(await publisher.status(ref as string, { signal }), 'pinned')
  await publisher.remove(ref as string, { signal })
  assert.equal(await publisher.status(ref as string, { signal }), 'failed')
})
