// Mints the enrolment tokens of an installation's own workers, one per region, where there is no good one yet. Runs to
// its end before the workers start: they see a token, never a credential of the operator.

import { setTimeout as delay } from 'node:timers/promises'
import { parseToken } from '#proto/enrollment-token.ts'
import {
  accessFromPod,
  createTokenFolder,
  createTokenSecret,
  type TokenPlace,
} from './token-places.ts'

const CALL_MS = 5_000
const RETRY_MS = 1_000
const WAIT_MS = 300_000
const DAY_S = 86_400

export type MintOptions = {
  url: string
  apiKey: string
  regions: readonly string[]
  trust: 'trusted' | 'community'
  /** How many machines a region's token admits at a time. */
  machines: number
  expiresInDays: number
  signal: AbortSignal
}

/** The regions that got a new token; waits for the API until the signal aborts. Rejects when it refuses. */
export async function mintTokens(place: TokenPlace, options: MintOptions): Promise<string[]> {
  const { trust, machines, expiresInDays, regions } = options
  const open = await openTokens(options)
  const minted: string[] = []
  for (const region of regions) {
    const text = await place.read(region)
    if (open.has((text && parseToken(text)?.id) ?? '')) continue
    const body = { region, trust, machines, expires_in_seconds: expiresInDays * DAY_S }
    const { token } = await call<{ token: string }>(options, 'POST', body)
    await place.write(region, token)
    minted.push(region)
  }
  return minted
}

type Listed = { token_id: string; state: string }

/** Ids of tokens that still admit machines. The first call, so it waits for the API to answer. */
async function openTokens(options: MintOptions): Promise<Set<string>> {
  for (;;) {
    try {
      const { tokens } = await call<{ tokens: Listed[] }>(options, 'GET')
      return new Set(tokens.filter(({ state }) => state === 'open').map(({ token_id }) => token_id))
    } catch (error) {
      if (error instanceof Refused) throw error
      await delay(RETRY_MS, undefined, options).catch(() => {
        throw new Error(`${options.url} did not answer in time`, { cause: error })
      })
    }
  }
}

class Refused extends Error {}

async function call<T>(options: MintOptions, method: string, body?: object): Promise<T> {
  const reply = await fetch(new URL('/api/enrollment-tokens', options.url), {
    method,
    headers: { 'X-API-Key': options.apiKey, 'Content-Type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(CALL_MS)]),
  })
  if (reply.ok) return (await reply.json()) as T
  const text = `${method} /api/enrollment-tokens: ${reply.status} ${await reply.text()}`
  throw reply.status < 500 && reply.status !== 429 ? new Refused(text) : new Error(text)
}

if (import.meta.main) {
  const { SYNDATA_URL = '', SYNDATA_ADMIN_API_KEY = '', SYNDATA_REGIONS = '' } = process.env
  const { SYNDATA_TRUST, SYNDATA_MACHINES = '32' } = process.env
  const { SYNDATA_TOKENS_DIR = '/tokens', SYNDATA_TOKENS_SECRET } = process.env
  const place = SYNDATA_TOKENS_SECRET
    ? createTokenSecret(accessFromPod(), SYNDATA_TOKENS_SECRET)
    : createTokenFolder(SYNDATA_TOKENS_DIR)
  const minted = await mintTokens(place, {
    url: SYNDATA_URL,
    apiKey: SYNDATA_ADMIN_API_KEY,
    regions: SYNDATA_REGIONS.split(',').filter(Boolean),
    trust: SYNDATA_TRUST === 'community' ? 'community' : 'trusted',
    machines: Number(SYNDATA_MACHINES),
    expiresInDays: 366,
    signal: AbortSignal.timeout(WAIT_MS),
  })
  console.log(minted.length > 0 ? `tokens for ${minted.join(', ')}` : 'all regions have tokens')
}
