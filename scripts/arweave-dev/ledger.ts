// Balances, accepted transactions and what each wallet paid.

import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openEventLog } from './event-log.ts'

const WINSTON_PER_CHUNK = 240_000_000n
const CHUNK_BYTES = 256 * 1024

/** A transaction as the network shows it: everything but the data. */
export type Header = {
  format: 2
  id: string
  last_tx: string
  owner: string
  tags: { name: string; value: string }[]
  target: string
  quantity: string
  data: ''
  data_size: string
  data_root: string
  reward: string
  signature: string
}
/** `height` counts from 1 in the order of acceptance; `atMs` is the wall clock then. */
export type Accepted = { header: Header; address: string; height: number; atMs: number }
export type Payments = Record<
  string,
  { total: string; transactions: { id: string; reward: string }[] }
>

type Event =
  | { kind: 'anchor'; anchor: string }
  | { kind: 'mint'; address: string; winston: string }
  | { kind: 'transaction'; header: Header; address: string; atMs: number }

export type Ledger = {
  anchor: () => string
  height: () => number
  balance: (address: string) => bigint
  mint: (address: string, winston: bigint) => bigint
  transaction: (id: string) => Accepted | undefined
  hasData: (dataRoot: string, dataSize: string) => boolean
  /** Charges the wallet and keeps the transaction; `overspend` leaves all as it was. */
  accept: (header: Header) => 'accepted' | 'known' | 'overspend'
  payments: () => Payments
  close: () => void
}

/** Price of storing `bytes`, in winston; at least that of one chunk. */
export function priceOf(bytes: number): bigint {
  return WINSTON_PER_CHUNK * BigInt(Math.max(1, Math.ceil(bytes / CHUNK_BYTES)))
}

/** Opens the ledger kept in `dataDir`. */
export function openLedger(dataDir: string): Ledger {
  const log = openEventLog<Event>(join(dataDir, 'ledger.jsonl'))
  const balances = new Map<string, bigint>()
  const accepted = new Map<string, Accepted>()
  const dataKeys = new Set<string>()
  let anchor = ''
  const balance = (address: string): bigint => balances.get(address) ?? 0n

  const apply = (event: Event): void => {
    if (event.kind === 'anchor') anchor = event.anchor
    if (event.kind === 'mint') {
      balances.set(event.address, balance(event.address) + BigInt(event.winston))
    }
    if (event.kind !== 'transaction') return
    const { header, address, atMs } = event
    balances.set(address, balance(address) - BigInt(header.reward))
    accepted.set(header.id, { header, address, height: accepted.size + 1, atMs })
    dataKeys.add(`${header.data_root}.${header.data_size}`)
  }
  const record = (event: Event): void => {
    log.append(event)
    apply(event)
  }
  for (const event of log.events) apply(event)
  if (anchor === '') record({ kind: 'anchor', anchor: randomBytes(48).toString('base64url') })

  return {
    anchor: () => anchor,
    height: () => accepted.size,
    balance,
    mint(address, winston) {
      record({ kind: 'mint', address, winston: winston.toString() })
      return balance(address)
    },
    transaction: (id) => accepted.get(id),
    hasData: (dataRoot, dataSize) => dataKeys.has(`${dataRoot}.${dataSize}`),
    accept(header) {
      if (accepted.has(header.id)) return 'known'
      const address = addressOf(header.owner)
      if (balance(address) < BigInt(header.reward)) return 'overspend'
      record({ kind: 'transaction', header, address, atMs: Date.now() })
      return 'accepted'
    },
    payments: () => paymentsOf(accepted.values()),
    close: log.close,
  }
}

function paymentsOf(accepted: Iterable<Accepted>): Payments {
  const payments: Payments = {}
  for (const { header, address } of accepted) {
    const paid = payments[address] ?? { total: '0', transactions: [] }
    payments[address] = paid
    paid.transactions.push({ id: header.id, reward: header.reward })
    paid.total = (BigInt(paid.total) + BigInt(header.reward)).toString()
  }
  return payments
}

function addressOf(owner: string): string {
  return createHash('sha256').update(Buffer.from(owner, 'base64url')).digest('base64url')
}
