// The Arweave development gateway of the stack, and the wallet that pays on it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createWallet, parseWallet, walletAddress } from '#coordinator/publish/arweave-wallet.ts'
import { type NodeProcessOptions, nodeLaunch } from './node-process.ts'
import { StackError } from './stack-error.ts'
import type { StackPlan } from './stack-plan.ts'
import type { ChildSpec } from './supervise.ts'
import { answers } from './wait-until.ts'

/** 1,000 AR: play money, enough for any use of a development gateway. */
const MINTED_WINSTON = 1_000_000_000_000_000n
const MINT_MS = 10_000

/** The gateway's spec; its ledger lies in the data folder. */
export function arweaveSpec(
  { dataDir, arweavePort, arweaveUrl }: StackPlan,
  processes: NodeProcessOptions,
): ChildSpec {
  const args = ['--port', String(arweavePort), '--data-dir', path.join(dataDir, 'arweave')]
  return {
    name: 'arweave',
    role: 'arweave',
    stage: 0,
    launch: () => nodeLaunch({ role: 'arweave', name: 'arweave' }, { args, env: {} }, processes),
    isReady: (signal) => answers(`${arweaveUrl}/info`, signal),
  }
}

/** The wallet file of the data folder, made (0600) the first time. */
export async function ensureWallet(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'arweave-wallet.json')
  if (existsSync(file)) return file
  const wallet = await createWallet()
  writeFileSync(file, JSON.stringify(wallet), { mode: 0o600, flag: 'wx' })
  return file
}

/** Sees to it that the wallet has money on the development gateway. Throws StackError when the gateway refuses. */
export async function ensureMoney(walletFile: string, arweaveUrl: string): Promise<void> {
  const address = walletAddress(parseWallet(readFileSync(walletFile, 'utf8')))
  const signal = AbortSignal.timeout(MINT_MS)
  const balance = await fetch(`${arweaveUrl}/wallet/${address}/balance`, { signal })
  if (balance.ok && BigInt(await balance.text()) >= MINTED_WINSTON / 2n) return
  const reply = await fetch(`${arweaveUrl}/mint/${address}/${MINTED_WINSTON}`, {
    method: 'POST',
    signal,
  })
  if (reply.ok) return
  throw new StackError(
    `the Arweave development gateway answered ${reply.status} when asked for play money`,
    `Read the log of arweave; remove ${walletFile} to begin with a new wallet.`,
  )
}
