// The development gateway's behaviour, without HTTP: what is accepted, when it counts as confirmed, what it costs.

import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { chunkCountOf, chunkRange, createDataHasher } from '#coordinator/publish/arweave-data.ts'
import { openChunkStore } from './chunk-store.ts'
import { type Accepted, type Header, type Ledger, openLedger } from './ledger.ts'
import { Refusal, refuseTransaction } from './refusal.ts'
import { verifyChunk } from './verify-chunk.ts'
import { verifyTransaction } from './verify-transaction.ts'

export type Block = {
  block_height: number
  block_indep_hash: string
  number_of_confirmations: number
}
export type Gateway = {
  ledger: Ledger
  postTransaction: (body: unknown) => Promise<'accepted' | 'known'>
  postChunk: (body: unknown) => Promise<void>
  /** The block of a transaction; `pending` until its data is whole and `confirmDelayMs` have passed. */
  blockOf: (id: string) => Block | 'pending' | undefined
  /** The data of a transaction once it is whole. */
  dataOf: (id: string) => { header: Header; path: string; size: number } | undefined
  close: () => void
}

/** Opens the state in `dataDir`, made if absent. */
export function openGateway(options: { dataDir: string; confirmDelayMs: number }): Gateway {
  mkdirSync(options.dataDir, { recursive: true })
  const ledger = openLedger(options.dataDir)
  const store = openChunkStore(options.dataDir)

  const storeInline = async (header: Header, data: Buffer): Promise<void> => {
    if (data.length === 0) return
    checkInline(header, data)
    for (let index = 0; index < chunkCountOf(data.length); index++) {
      const { from, to } = chunkRange(data.length, index)
      await store.write(header, from, data.subarray(from, to))
    }
  }
  const confirmedAtMs = ({ header, atMs }: Accepted): number => {
    const completeAtMs = store.completeAtMs(header)
    if (completeAtMs === undefined) return Number.POSITIVE_INFINITY
    return Math.max(atMs, completeAtMs) + options.confirmDelayMs
  }

  return {
    ledger,
    async postTransaction(body) {
      const { header, data } = await verifyTransaction(body, ledger.anchor())
      await storeInline(header, data)
      const outcome = ledger.accept(header)
      if (outcome === 'overspend') throw refuseTransaction('overspend')
      return outcome
    },
    async postChunk(body) {
      const chunk = await verifyChunk(body, (key) => ledger.hasData(key.data_root, key.data_size))
      await store.write(chunk, chunk.from, chunk.chunk)
    },
    blockOf(id) {
      const accepted = ledger.transaction(id)
      if (!accepted) return undefined
      if (Date.now() < confirmedAtMs(accepted)) return 'pending'
      return {
        block_height: accepted.height,
        block_indep_hash: createHash('sha384').update(id).digest('base64url'),
        number_of_confirmations: ledger.height() - accepted.height + 1,
      }
    },
    dataOf(id) {
      const header = ledger.transaction(id)?.header
      if (!header || store.completeAtMs(header) === undefined) return undefined
      return { header, path: store.path(header), size: Number(header.data_size) }
    },
    close() {
      ledger.close()
      store.close()
    },
  }
}

function checkInline(header: Header, data: Buffer): void {
  const hasher = createDataHasher()
  hasher.update(data)
  const dataRoot = Buffer.from(hasher.finish().dataRoot).toString('base64url')
  if (dataRoot === header.data_root && String(data.length) === header.data_size) return
  throw new Refusal(400, 'The attached data is split in an unknown way.', 'invalid_data_root_size')
}
