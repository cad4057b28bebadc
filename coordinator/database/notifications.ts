// Postgres LISTEN for one process: pushes "job changed" and the like to whoever waits, and reconnects by itself.

import pg from 'pg'
import type { Sql } from './database.ts'

/** job: anything of a job changed (payload: its id); outbox: work for the starter; cancel, pause: of a job's leases; measure: a table is to be. */
const CHANNELS = ['job', 'outbox', 'cancel', 'pause', 'fleet', 'measure'] as const
export type Channel = (typeof CHANNELS)[number]

export type Notifications = {
  /** Calls `listener` for each notification, and once with '' after a reconnect, since some may be lost. */
  on(channel: Channel, listener: (payload: string) => void): () => void
  close(): Promise<void>
}

type Options = { onError: (error: Error) => void; retryMs?: number }

export async function createNotifications(url: string, options: Options): Promise<Notifications> {
  const listeners = new Map<Channel, Set<(payload: string) => void>>(
    CHANNELS.map((channel) => [channel, new Set()]),
  )
  const emit = (channel: Channel, payload: string) => {
    for (const listener of listeners.get(channel) ?? []) listener(payload)
  }
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let client = await connect()

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    next.on('notification', ({ channel, payload }) => emit(channel as Channel, payload ?? ''))
    next.on('error', lost)
    next.on('end', () => lost(new Error('notification connection ended')))
    await next.connect()
    for (const channel of CHANNELS) await next.query(`listen ${channel}`)
    return next
  }

  function lost(error: Error): void {
    if (closed || timer) return
    options.onError(error)
    timer = setTimeout(() => void reconnect(), options.retryMs ?? 500)
  }

  async function reconnect(): Promise<void> {
    timer = undefined
    try {
      client = await connect()
      for (const channel of CHANNELS) emit(channel, '')
    } catch (error) {
      lost(error as Error)
    }
  }

  return {
    on(channel, listener) {
      listeners.get(channel)?.add(listener)
      return () => listeners.get(channel)?.delete(listener)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await client.end().catch(() => undefined)
    },
  }
}

/** Delivered at commit when `sql` is a transaction. */
export async function notify(sql: Sql, channel: Channel, payload: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [channel, payload], { prepared: 'notify' })
}
