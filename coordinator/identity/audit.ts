// The audit log: who did or was refused what. Recording never waits and never fails the call that it records.

import type { Database } from '#coordinator/database/database.ts'

const BUFFER_MAX = 10_000
const BATCH_MAX = 500
const FLUSH_DELAY_MS = 200

export type AuditRecord = {
  /** A user's or worker's id, or `anonymous`. */
  principal: string
  /** For example `job.cancel`. */
  action: string
  /** What it was about, for example the path or an id. */
  resource: string
  outcome: 'allowed' | 'refused'
  details?: Record<string, unknown>
}

export type Audit = {
  record(entry: AuditRecord): void
  /** Resolves when everything recorded so far is stored or was given up. */
  flush(): Promise<void>
  /** Flushes, then records nothing more. */
  close(): Promise<void>
}

type Stamped = AuditRecord & { at: string }

/** Past 10,000 waiting records new ones are dropped; `onError` is told when that begins and when storing fails. */
export function createAudit(
  database: Database,
  { onError }: { onError: (error: Error) => void },
): Audit {
  let waiting: Stamped[] = []
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()
  let dropping = false
  let closed = false

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX)
      waiting = waiting.slice(BATCH_MAX)
      try {
        await insert(database, batch)
      } catch (error) {
        onError(error as Error)
        waiting = [...batch, ...waiting].slice(0, BUFFER_MAX)
        return
      }
    }
    dropping = false
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    flushing = flushing.then(drain).then(schedule)
    return flushing
  }

  function schedule(): void {
    if (waiting.length > 0 && !closed) timer ??= setTimeout(() => void flush(), FLUSH_DELAY_MS)
  }

  return {
    record(entry) {
      if (closed) return
      if (waiting.length < BUFFER_MAX) waiting.push({ ...entry, at: new Date().toISOString() })
      else if (!dropping) {
        dropping = true
        onError(new Error(`audit: ${BUFFER_MAX} records wait, new ones are dropped`))
      }
      schedule()
    },
    flush,
    async close() {
      closed = true
      await flush()
    },
  }
}

async function insert(database: Database, batch: Stamped[]): Promise<void> {
  await database.query(
    `insert into audit_log (at, principal, action, resource, outcome, details)
     select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])`,
    [
      batch.map(({ at }) => at),
      batch.map(({ principal }) => storable(principal)),
      batch.map(({ action }) => action),
      batch.map(({ resource }) => storable(resource.slice(0, 500))),
      batch.map(({ outcome }) => outcome),
      batch.map(({ details }) => JSON.stringify(details ?? {}, storableValue)),
    ],
  )
}

/** What strangers send is text that Postgres may not take: one such record would hold up all others. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

const storableValue = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? storable(value) : value
