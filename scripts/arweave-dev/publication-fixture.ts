// What tests of Arweave publishing share: a funded gateway process, files with their data roots, and the questions.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ArweaveClient,
  createArweaveClient,
  type Fetch,
} from '#coordinator/publish/arweave-client.ts'
import { createDataHasher, type DataSummary } from '#coordinator/publish/arweave-data.ts'
import type { SignRequest, UploadRequest } from '#coordinator/publish/arweave-upload.ts'
import { createWallet, type Jwk, walletAddress } from '#coordinator/publish/arweave-wallet.ts'
import { type ArweaveDevProcess, spawnArweaveDev } from './spawn.ts'

/** More winston than any test spends. */
const PLENTY = 10n ** 15n
export const tags = [
  { name: 'Content-Type', value: 'text/csv; charset=utf-8' },
  { name: 'App-Name', value: 'syndata' },
  { name: 'Title', value: 'café ☕' },
]

export type TestFile = DataSummary & { bytes: Uint8Array }
/** A running gateway, its folder, a wallet that can pay, and what undoes it all. */
export type FundedGateway = {
  dev: ArweaveDevProcess
  dataDir: string
  wallet: Jwk
  remove: () => Promise<void>
}

/** A gateway on a folder of its own, with `PLENTY` in the wallet; making a wallet is slow, so one can be given. */
export async function startFundedGateway(given?: Jwk): Promise<FundedGateway> {
  const wallet = given ?? (await createWallet())
  const dataDir = await mkdtemp(join(tmpdir(), 'arweave-'))
  const dev = await spawnArweaveDev({ dataDir })
  const remove = async (): Promise<void> => {
    await dev.stop('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
  await mint(dev.url, walletAddress(wallet), PLENTY)
  return { dev, dataDir, wallet, remove }
}

/** A file of `size` bytes that look random, hashed. */
export function fileOf(size: number): TestFile {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * 2654435761) >>> 23
  const hasher = createDataHasher()
  hasher.update(bytes)
  return { bytes, ...hasher.finish() }
}

/** A request to sign that nothing stands against. */
export function signRequest(wallet: Jwk, client: ArweaveClient, file: TestFile): SignRequest {
  const { dataRoot, dataSize } = file
  return { wallet, dataRoot, dataSize, tags, client, maxPriceWinston: PLENTY }
}

/** A request to upload from the first chunk. */
export function uploadRequest(
  client: ArweaveClient,
  file: TestFile,
  transaction: string,
): UploadRequest {
  const { dataSize, chunkHashes, bytes } = file
  const read = (from: number, to: number): AsyncIterable<Uint8Array> =>
    cuts(bytes.subarray(from, to))
  const onPosted = (): void => undefined
  return { transaction, dataSize, chunkHashes, client, read, posted: 0, onPosted }
}

/** Bytes in pieces of 64 KiB, as a file is read. */
export async function* cuts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536)
}

/** The gateway serves these bytes under this id. */
export async function assertStored(
  client: ArweaveClient,
  id: string,
  bytes: Uint8Array,
): Promise<void> {
  const response = await fetch(client.dataUrl(id))
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), tags[0]?.value)
  const stored = Buffer.from(await response.arrayBuffer())
  assert.equal(sha256(stored), sha256(bytes))
}

/** How many times a wallet paid for a transaction. */
export async function timesPaid(url: string, id: string): Promise<number> {
  const payments = (await (await fetch(`${url}/dev/payments`)).json()) as Record<
    string,
    { transactions: { id: string }[] }
  >
  const paid = Object.values(payments).flatMap(({ transactions }) => transactions)
  return paid.filter((transaction) => transaction.id === id).length
}

/** A client with the real fetch, or another. */
export function clientOf(url: string, fetchLike: Fetch = fetch): ArweaveClient {
  return createArweaveClient({ fetch: fetchLike }, { url })
}

/** The real fetch, noting the path of each call. */
export function countingFetch(): { fetch: Fetch; paths: string[] } {
  const paths: string[] = []
  const counting: Fetch = (url, init) => {
    paths.push(new URL(url).pathname)
    return fetch(url, init)
  }
  return { fetch: counting, paths }
}

/** Gives winston to a wallet. */
export async function mint(url: string, address: string, winston: bigint): Promise<void> {
  const response = await fetch(`${url}/mint/${address}/${winston}`, { method: 'POST' })
  assert.equal(response.status, 200)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
