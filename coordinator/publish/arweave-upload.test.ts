// Publishing against the development gateway as a process of its own.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import Arweave from 'arweave'
import { type AppError, codeOf } from '#engine/errors.ts'
import {
  assertStored,
  clientOf,
  cuts,
  fileOf,
  signRequest,
  startFundedGateway,
  tags,
  timesPaid,
  uploadRequest,
} from '#scripts/arweave-dev/publication-fixture.ts'
import type { ArweaveClient } from './arweave-client.ts'
import { MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from './arweave-data.ts'
import { isRetryable } from './arweave-failure.ts'
import { confirm, postTransaction, signTransaction, uploadChunks } from './arweave-upload.ts'

const { dev: gateway, wallet, remove } = await startFundedGateway()
after(remove)

const sizes = [
  0,
  1,
  MIN_CHUNK_BYTES,
  MAX_CHUNK_BYTES - 1,
  MAX_CHUNK_BYTES,
  MAX_CHUNK_BYTES + 1,
  5 * MAX_CHUNK_BYTES,
  9 * MAX_CHUNK_BYTES + 4321,
]

for (const size of sizes) {
  test(`${size} bytes go out and come back whole, paid once, as arweave-js would have signed them`, async () => {
    const client = clientOf(gateway.url)
    const file = fileOf(size)
    const signed = await signTransaction(signRequest(wallet, client, file))
    await assert.rejects(confirm(signed.id, client), (error) => codeOf(error) === 'not_found')
    assert.equal(await postTransaction(signed.transaction, client), 'accepted')
    assert.equal(await confirm(signed.id, client), size === 0 ? 'confirmed' : 'posted')
    const counts: number[] = []
    const onPosted = (count: number): void => void counts.push(count)
    await uploadChunks({ ...uploadRequest(client, file, signed.transaction), onPosted })
    assert.equal(counts.at(-1) ?? 0, file.chunkHashes.length / 32)
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    )
    assert.equal(await confirm(signed.id, client), 'confirmed')
    assert.equal(await confirm(signed.id, client, { minConfirmations: 1000 }), 'posted')
    await assertStored(client, signed.id, file.bytes)
    assert.equal(await timesPaid(gateway.url, signed.id), 1)
    await assertVerifies(signed.transaction)
  })
}

test('a transaction signed once and posted again and again is paid once', async () => {
  const client = clientOf(gateway.url)
  const file = fileOf(3 * MAX_CHUNK_BYTES)
  const signed = await signTransaction(signRequest(wallet, client, file))
  assert.equal(signed.rewardWinston, await client.price(file.dataSize))
  const posts = [1, 2, 3].map(() => postTransaction(signed.transaction, client))
  const outcomes = (await Promise.all(posts)).toSorted()
  assert.deepEqual(outcomes, ['accepted', 'known', 'known'])
  assert.equal(await postTransaction(signed.transaction, client), 'known')
  assert.equal(await timesPaid(gateway.url, signed.id), 1)
})

test('a node that refuses what it has already counts as known; other refusals stand', async () => {
  const client = clientOf(gateway.url)
  const signed = await signTransaction(signRequest(wallet, client, fileOf(10)))
  const late = refusingPosts('Invalid anchor (last_tx).')
  await assert.rejects(postTransaction(signed.transaction, late), (error) => {
    assert.equal((error as AppError).details['reason'], 'invalid_anchor_last_tx')
    return !isRetryable(error)
  })
  await postTransaction(signed.transaction, client)
  assert.equal(await postTransaction(signed.transaction, late), 'known')
})

test('a price above the cap signs nothing', async () => {
  const client = clientOf(gateway.url)
  const price = await client.price(MAX_CHUNK_BYTES)
  const request = signRequest(wallet, client, fileOf(MAX_CHUNK_BYTES))
  await signTransaction({ ...request, maxPriceWinston: price })
  await assert.rejects(signTransaction({ ...request, maxPriceWinston: price - 1n }), (error) => {
    assert.match((error as AppError).message, new RegExp(`costs ${price} winston`))
    return codeOf(error) === 'price_exceeded'
  })
})

test('an empty wallet and tags that the network refuses are found before signing', async () => {
  const client = clientOf(gateway.url)
  const request = signRequest(wallet, client, fileOf(5))
  const poor = { ...client, balance: () => Promise.resolve(3n) }
  await assert.rejects(signTransaction({ ...request, client: poor }), (error) => {
    assert.match((error as AppError).message, /holds 3 winston; the upload costs \d+/)
    assert.equal((error as AppError).details['reason'], 'insufficient_balance')
    return !isRetryable(error)
  })
  const heavy = [{ name: 'Note', value: 'x'.repeat(3000) }]
  await assert.rejects(signTransaction({ ...request, tags: heavy }), (error) => {
    return codeOf(error) === 'invalid_request'
  })
})

test('bytes that changed since they were hashed are not posted', async () => {
  const client = clientOf(gateway.url)
  const file = fileOf(2 * MAX_CHUNK_BYTES)
  const { transaction } = await signTransaction(signRequest(wallet, client, file))
  await postTransaction(transaction, client)
  const request = uploadRequest(client, file, transaction)
  for (const read of [
    (): AsyncIterable<Uint8Array> => cuts(file.bytes.map((byte) => byte ^ 1)),
    emptyRead,
  ]) {
    await assert.rejects(uploadChunks({ ...request, read }), (error) => {
      return codeOf(error) === 'part_missing'
    })
  }
  const other = { ...request, chunkHashes: file.chunkHashes.map((byte) => byte ^ 1) }
  await assert.rejects(uploadChunks(other), (error) => {
    assert.equal((error as AppError).details['reason'], 'data_root_mismatch')
    return !isRetryable(error)
  })
})

async function* emptyRead(): AsyncGenerator<Uint8Array> {}

function refusingPosts(sentence: string): ArweaveClient {
  return clientOf(gateway.url, (url, init) =>
    init.method === 'POST'
      ? Promise.resolve(new Response(sentence, { status: 400 }))
      : fetch(url, init),
  )
}

async function assertVerifies(transaction: string): Promise<void> {
  const { transactions } = Arweave.init({})
  const parsed = transactions.fromRaw(JSON.parse(transaction) as object)
  assert.equal(await transactions.verify(parsed), true)
  const read = parsed.tags.map((tag) => ({
    name: tag.get('name', { decode: true, string: true }),
    value: tag.get('value', { decode: true, string: true }),
  }))
  assert.deepEqual(read, tags)
}
