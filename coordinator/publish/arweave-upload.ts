// Publishing on Arweave in three steps that can each be repeated: sign once and keep the result, post it, upload its
// chunks. Only a signed transaction costs anything, and posting the same one again pays nothing.

import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import Arweave from 'arweave'
import { AppError } from '#engine/errors.ts'
import type { ArweaveClient, CallOptions } from './arweave-client.ts'
import { createDataTree, type DataTree } from './arweave-data.ts'
import { fatalArweaveFailure, isRetryable } from './arweave-failure.ts'
import { checkTags, type Tag } from './arweave-tags.ts'
import { type Jwk, walletAddress } from './arweave-wallet.ts'

export type SignRequest = CallOptions & {
  wallet: Jwk
  dataRoot: Uint8Array
  dataSize: number
  tags: readonly Tag[]
  client: ArweaveClient
  maxPriceWinston: bigint
}
/** `transaction` is the JSON that the network takes, without data. */
export type SignedTransaction = { id: string; transaction: string; rewardWinston: bigint }

/**
 * Prices and signs a transaction; nothing is paid yet. Errors: `price_exceeded` above the cap, `publish_failed` with
 * reason `insufficient_balance`, `invalid_request` for tags that the network would refuse.
 */
export async function signTransaction(request: SignRequest): Promise<SignedTransaction> {
  const { wallet, dataRoot, dataSize, tags, client } = request
  checkTags(tags)
  const rewardWinston = await affordablePrice(request)
  const { transactions } = Arweave.init({})
  const transaction = transactions.fromRaw({
    last_tx: await client.anchor({ signal: request.signal }),
    reward: rewardWinston.toString(),
    data_size: String(dataSize),
    data_root: Buffer.from(dataRoot).toString('base64url'),
  })
  for (const { name, value } of tags) transaction.addTag(name, value)
  await transactions.sign(transaction, wallet)
  return { id: transaction.id, transaction: JSON.stringify(transaction), rewardWinston }
}

async function affordablePrice(request: SignRequest): Promise<bigint> {
  const { client, wallet, dataSize, maxPriceWinston } = request
  const options = { signal: request.signal }
  const price = await client.price(dataSize, options)
  if (price > maxPriceWinston) {
    throw new AppError(
      'price_exceeded',
      `Storing ${dataSize} bytes on Arweave costs ${price} winston; at most ${maxPriceWinston} are allowed`,
      { details: { priceWinston: `${price}`, maxPriceWinston: `${maxPriceWinston}` } },
    )
  }
  const address = walletAddress(wallet)
  const balance = await client.balance(address, options)
  if (balance >= price) return price
  throw fatalArweaveFailure(
    'sign',
    'insufficient_balance',
    `The Arweave wallet ${address} holds ${balance} winston; the upload costs ${price}`,
    { address, balanceWinston: `${balance}`, priceWinston: `${price}` },
  )
}

/**
 * Posts a signed transaction. Posting it again is harmless: `known` means that the network has it already.
 * A refusal with reason `invalid_anchor_last_tx` says that it came too late and can never be paid: sign anew.
 */
export async function postTransaction(
  transaction: string,
  client: ArweaveClient,
  options: CallOptions = {},
): Promise<'accepted' | 'known'> {
  try {
    return await client.postTransaction(transaction, options)
  } catch (refusal) {
    if (isRetryable(refusal)) throw refusal
    // A node refuses what it has already: as a duplicate, or by its anchor once the block is old.
    const { state } = await client.status(idOf(transaction), options)
    if (state === 'unknown') throw refusal
    return 'known'
  }
}

/**
 * Where a posted transaction stands: `confirmed` after `minConfirmations` blocks. Error: `not_found` while the node
 * does not know it; after some minutes that means that it was dropped and is to be posted again.
 */
export async function confirm(
  id: string,
  client: ArweaveClient,
  options: CallOptions & { minConfirmations?: number } = {},
): Promise<'posted' | 'confirmed'> {
  const { minConfirmations = 1, signal } = options
  const status = await client.status(id, { signal })
  if (status.state === 'unknown') {
    throw new AppError('not_found', `Arweave does not know the transaction ${id}`)
  }
  const done = status.state === 'confirmed' && status.confirmations >= minConfirmations
  return done ? 'confirmed' : 'posted'
}

export type UploadRequest = CallOptions & {
  /** As signed and posted. */
  transaction: string
  dataSize: number
  chunkHashes: Uint8Array
  client: ArweaveClient
  /** The file's bytes from `from` up to `to`; asked for one chunk at a time, `concurrency` of them at once. */
  read: (from: number, to: number) => AsyncIterable<Uint8Array>
  /** Leading chunks that an earlier call has posted. */
  posted: number
  /** Told the count of leading chunks that are in; it only grows. */
  onPosted: (count: number) => void
  concurrency?: number
  /** Tries per chunk, and the pause before the second, doubled for each one after. */
  attempts?: number
  retryDelayMs?: number
}

/**
 * Posts the chunks from `posted` on. Bounded memory: about 1 MB for each upload at once. Ends when all are in, or with
 * the first failure after every upload under way has stopped. Errors: `part_missing` when `read` gives other bytes
 * than were hashed, `publish_failed` (details.retryable says whether another call may go on), `cancelled`.
 */
export async function uploadChunks(request: UploadRequest): Promise<void> {
  const tree = treeFor(request)
  const stop = new AbortController()
  const cursor = createCursor(request.posted, request.onPosted)
  const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal
  let next = request.posted
  const lane = async (): Promise<void> => {
    while (next < tree.chunkCount && !signal.aborted) {
      const index = next++
      await uploadChunk({ ...request, signal }, tree, index)
      cursor.done(index)
    }
  }
  const lanes = Array.from({ length: request.concurrency ?? 4 }, async () => {
    try {
      await lane()
    } catch (error) {
      stop.abort(error)
    }
  })
  await Promise.all(lanes)
  if (request.signal?.aborted) throw new AppError('cancelled', 'The upload was cancelled')
  stop.signal.throwIfAborted()
}

function treeFor({ transaction, dataSize, chunkHashes }: UploadRequest): DataTree {
  const signed = JSON.parse(transaction) as { data_root: string; data_size: string }
  const tree = createDataTree(dataSize, chunkHashes)
  const root = Buffer.from(tree.dataRoot).toString('base64url')
  if (root === signed.data_root && String(dataSize) === signed.data_size) return tree
  const message = 'The chunk hashes are not those of the signed Arweave transaction'
  throw fatalArweaveFailure('post_chunk', 'data_root_mismatch', message)
}

/** Counts leading chunks while they are done out of order. */
function createCursor(
  posted: number,
  onPosted: (count: number) => void,
): { done: (index: number) => void } {
  const ahead = new Set<number>()
  let count = posted
  return {
    done(index) {
      ahead.add(index)
      const before = count
      while (ahead.delete(count)) count++
      if (count > before) onPosted(count)
    },
  }
}

async function uploadChunk(
  request: UploadRequest & { signal: AbortSignal },
  tree: DataTree,
  index: number,
): Promise<void> {
  const { from, to, offset, dataPath } = tree.proofOf(index)
  const bytes = await readChunk(request.read, from, to)
  const expected = request.chunkHashes.subarray(index * 32, index * 32 + 32)
  if (bytes.length !== to - from || !hash('sha256', bytes, 'buffer').equals(expected)) {
    throw new AppError(
      'part_missing',
      `The bytes ${from} to ${to} are not the ones that were hashed`,
    )
  }
  const message = {
    data_root: Buffer.from(tree.dataRoot).toString('base64url'),
    data_size: String(request.dataSize),
    data_path: Buffer.from(dataPath).toString('base64url'),
    offset: String(offset),
    chunk: bytes.toString('base64url'),
  }
  await retrying(request, () => request.client.postChunk(message, { signal: request.signal }))
}

async function readChunk(read: UploadRequest['read'], from: number, to: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of read(from, to)) parts.push(part)
  return Buffer.concat(parts)
}

async function retrying(
  request: UploadRequest & { signal: AbortSignal },
  operation: () => Promise<void>,
): Promise<void> {
  const { attempts = 6, retryDelayMs = 250, signal } = request
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (error) {
      if (attempt >= attempts || signal.aborted || !isRetryable(error)) throw error
      const pauseMs = retryDelayMs * 2 ** (attempt - 1) * (1 - Math.random() * 0.3)
      await delay(pauseMs, undefined, { signal })
    }
  }
}

function idOf(transaction: string): string {
  return (JSON.parse(transaction) as { id: string }).id
}
