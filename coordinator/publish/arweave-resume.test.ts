// Uploads that are cut off: by the caller, by a crash of the gateway, by refusals.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type AppError, codeOf } from '#engine/errors.ts'
import {
  assertStored,
  clientOf,
  countingFetch,
  fileOf,
  signRequest,
  startFundedGateway,
  timesPaid,
  uploadRequest,
} from '#scripts/arweave-dev/publication-fixture.ts'
import { type ArweaveDevProcess, spawnArweaveDev } from '#scripts/arweave-dev/spawn.ts'
import type { Fetch } from './arweave-client.ts'
import { MAX_CHUNK_BYTES } from './arweave-data.ts'
import { isRetryable } from './arweave-failure.ts'
import { confirm, postTransaction, signTransaction, uploadChunks } from './arweave-upload.ts'

const { dev: gateway, wallet, remove } = await startFundedGateway()
after(remove)

test('an upload goes on from its cursor and posts only what is missing', async () => {
  const file = fileOf(8 * MAX_CHUNK_BYTES + 99)
  const counted = countingFetch()
  const client = clientOf(gateway.url, counted.fetch)
  const { id, transaction } = await signTransaction(signRequest(wallet, client, file))
  await postTransaction(transaction, client)
  const abort = new AbortController()
  let posted = 0
  const first = uploadChunks({
    ...uploadRequest(client, file, transaction),
    signal: abort.signal,
    onPosted: (count) => {
      posted = count
      if (count >= 3) abort.abort()
    },
  })
  await assert.rejects(first, (error) => codeOf(error) === 'cancelled')
  assert.ok(posted >= 3 && posted < 9, `${posted} posted`)
  counted.paths.length = 0
  await uploadChunks({ ...uploadRequest(client, file, transaction), posted })
  assert.equal(counted.paths.filter((path) => path === '/chunk').length, 9 - posted)
  await assertStored(client, id, file.bytes)
})

test('a gateway killed in mid-upload and started again gets the rest, and is paid once', async (t) => {
  const { dev: doomed, dataDir, remove: removeAll } = await startFundedGateway(wallet)
  t.after(removeAll)
  const file = fileOf(20 * MAX_CHUNK_BYTES + 31)
  const client = clientOf(doomed.url)
  const { id, transaction } = await signTransaction(signRequest(wallet, client, file))
  await postTransaction(transaction, client)
  let posted = 0
  let killed: Promise<number | null> | undefined
  const request = uploadRequest(client, file, transaction)
  const onPosted = (count: number): void => {
    posted = count
    if (count >= 6) killed ??= doomed.stop('SIGKILL')
  }
  const crashed = uploadChunks({ ...request, onPosted, attempts: 3, retryDelayMs: 1 })
  await assert.rejects(crashed, (error) => codeOf(error) === 'publish_failed' && isRetryable(error))
  await killed
  assert.ok(posted >= 6 && posted < 21)

  const reborn = await spawnArweaveDev({ dataDir })
  t.after(() => reborn.stop())
  const again = clientOf(reborn.url)
  assert.equal(await postTransaction(transaction, again), 'known')
  await uploadChunks({ ...uploadRequest(again, file, transaction), posted })
  assert.equal(await confirm(id, again), 'confirmed')
  await assertStored(again, id, file.bytes)
  assert.equal(await timesPaid(reborn.url, id), 1)
})

test('an upload outlives a gateway that comes back while it retries', async (t) => {
  const { dev: doomed, dataDir, remove: removeAll } = await startFundedGateway(wallet)
  t.after(removeAll)
  const file = fileOf(12 * MAX_CHUNK_BYTES)
  const client = clientOf(doomed.url)
  const { id, transaction } = await signTransaction(signRequest(wallet, client, file))
  await postTransaction(transaction, client)
  let reborn: Promise<ArweaveDevProcess> | undefined
  const restart = async (): Promise<ArweaveDevProcess> => {
    await doomed.stop('SIGKILL')
    return spawnArweaveDev({ dataDir, port: doomed.port })
  }
  const onPosted = (count: number): void => {
    if (count >= 4) reborn ??= restart()
  }
  t.after(async () => (await reborn)?.stop())
  const request = uploadRequest(client, file, transaction)
  await uploadChunks({ ...request, onPosted, attempts: 14, retryDelayMs: 10 })
  await assertStored(client, id, file.bytes)
  assert.equal(await timesPaid(doomed.url, id), 1)
})

test('chunks of a transaction that was never posted are tried again, then given up as transient', async () => {
  const counted = countingFetch()
  const client = clientOf(gateway.url, counted.fetch)
  const file = fileOf(777_777)
  const { transaction } = await signTransaction(signRequest(wallet, client, file))
  const request = uploadRequest(client, file, transaction)
  const upload = uploadChunks({ ...request, concurrency: 1, attempts: 4, retryDelayMs: 1 })
  await assert.rejects(upload, (error) => {
    assert.equal((error as AppError).details['reason'], 'data_root_not_found')
    return isRetryable(error)
  })
  assert.equal(counted.paths.filter((path) => path === '/chunk').length, 4)
})

test('a final refusal of one chunk stops the others at once', async () => {
  const fetch: Fetch = () =>
    Promise.resolve(new Response('{"error":"invalid_proof"}', { status: 400 }))
  const client = clientOf(gateway.url)
  const file = fileOf(30 * MAX_CHUNK_BYTES)
  const { transaction } = await signTransaction(signRequest(wallet, client, file))
  const request = uploadRequest(clientOf(gateway.url, fetch), file, transaction)
  let reads = 0
  const read = (from: number, to: number): AsyncIterable<Uint8Array> => {
    reads++
    return request.read(from, to)
  }
  await assert.rejects(uploadChunks({ ...request, read }), /invalid_proof/)
  assert.equal(reads, 4)
})
