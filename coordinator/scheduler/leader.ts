// Of all schedulers on a database one leads: it holds an advisory lock on a connection of its own, and what it writes, it
// writes on that connection. When the connection is gone, so are lock and pen, and another one leads.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'

const LOCK = 7_304_921
const ASK_AGAIN_MS = 2_000
const CONNECT_AGAIN_MS = 1_000
const CONNECT_MS = 5_000
const QUERY_MS = 30_000
const END_MS = 2_000
const SILENT_MS = 60_000
/** A leader whose machine is gone without a word keeps its lock until the server ends the session. */
const END_WHEN_SILENT = `select set_config(name, $1, false) from pg_settings where name = 'idle_session_timeout'`

export type Bound = { signal: AbortSignal }

export type LeaderDeps = {
  url: string
  log: Logger
  /** Called again and again while this process leads; when it rejects, the lead is given up for a moment. */
  work: (sql: Sql, bound: Bound) => Promise<void>
}

export type Leader = {
  isLeading(): boolean
  /** Since it last got on: led, or asked whether it may. */
  idleMs(): number
  /** Waits for the work under way, which its signal ends. */
  close(): Promise<void>
}

/** `everyMs`: from the begin of one piece of work to the next. */
export function createLeader(deps: LeaderDeps, { everyMs }: { everyMs: number }): Leader {
  const stopping = new AbortController()
  const state = { leading: false, lastMs: performance.now() }
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await lead(deps, state, { everyMs, stop: stopping.signal }).catch((error: unknown) => {
        if (!stopping.signal.aborted)
          deps.log.warn({ err: error }, 'not leading; to be tried again')
      })
      state.leading = false
      await pause(CONNECT_AGAIN_MS, stopping.signal)
    }
  })()
  return {
    isLeading: () => state.leading,
    idleMs: () => performance.now() - state.lastMs,
    async close() {
      stopping.abort(new Error('the scheduler stops'))
      await running
    },
  }
}

type State = { leading: boolean; lastMs: number }
type Leading = { everyMs: number; stop: AbortSignal }

/** Until it is stopped or the connection is lost. */
async function lead(
  { url, log, work }: LeaderDeps,
  state: State,
  { everyMs, stop }: Leading,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
  })
  const lost = new AbortController()
  client.on('error', (error) => lost.abort(error))
  client.on('end', () => lost.abort(new Error('the connection ended')))
  const signal = AbortSignal.any([stop, lost.signal])
  try {
    await client.connect()
    await client.query(END_WHEN_SILENT, [String(3 * everyMs + SILENT_MS)])
    while (!(await hasLock(client))) {
      state.lastMs = performance.now()
      await pause(ASK_AGAIN_MS, signal)
      signal.throwIfAborted()
    }
    state.leading = true
    log.info('this scheduler leads')
    while (!signal.aborted) {
      state.lastMs = performance.now()
      await work(sqlOn(client), { signal })
      await pause(everyMs - (performance.now() - state.lastMs), signal)
    }
    signal.throwIfAborted()
  } finally {
    await Promise.race([
      client.end().catch(() => undefined),
      sleep(END_MS, undefined, { ref: false }),
    ])
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined)

async function hasLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>('select pg_try_advisory_lock($1) as ok', [
    LOCK,
  ])
  return rows[0]?.ok === true
}

/** bigint as the pool has it: numbers where they are safe. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
}

const sqlOn = (client: pg.Client): Sql => ({
  async query<T>(text: string, values: readonly unknown[] = []) {
    const { rows } = await client.query({ text, values: [...values], types })
    return rows as T[]
  },
})
