// Frees the bytes that no job needs any more: now and then, one process at a time, with an hour's grace.

import type { Logger } from 'pino'
import type { Database, Sql } from '../database/database.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { sweep } from '../storage/sweep.ts'

const EVERY_MS = 60 * 60 * 1000
const GRACE_MS = 60 * 60 * 1000
const LOCK = 7_304_920
const ROWS_AT_ONCE = 5_000

type Deps = { database: Database; store: BlockStore; log: Logger }

export function createSweeper(deps: Deps): { close(): Promise<void> } {
  const stopping = new AbortController()
  let round: Promise<void> | null = null
  const timer = setInterval(() => {
    round ??= sweepOnce(deps, stopping.signal)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'sweep failed'))
      .finally(() => {
        round = null
      })
  }, EVERY_MS)
  return {
    async close() {
      clearInterval(timer)
      stopping.abort()
      await round
    },
  }
}

/** Deleted jobs lose their rows first; then every block that no row reaches goes. */
export async function sweepOnce(
  { database, store, log }: Deps,
  signal: AbortSignal,
  graceMs = GRACE_MS,
): Promise<void> {
  await database.transaction(async (sql) => {
    const locked = await sql.query<{ ok: boolean }>('select pg_try_advisory_xact_lock($1) as ok', [
      LOCK,
    ])
    if (!locked[0]?.ok) return
    const swept = await sweep(store, { roots: rootsOf(database), graceMs, signal })
    log.info({ ...swept, damaged: swept.damaged.length }, 'swept')
  })
}

/** What has to stay in the store: parts in the ledger, outputs, datasets, models. */
export async function* rootsOf(sql: Sql): AsyncGenerator<string> {
  const others = await sql.query<{ cid: string }>(
    `select cid from outputs where cid is not null
     union select manifest_cid from jobs where manifest_cid is not null
     union select root_cid from jobs where root_cid is not null
     union select root_cid from datasets
     union select file_cid from models where file_cid is not null
     union select preview->>'cid' from models where preview is not null
     union select checkpoint->>'cid' from models where checkpoint is not null
     union select checkpoint->>'cid' from measurements where checkpoint is not null and status in ('pending', 'running')
     union select root_cid from dataset_uploads where touched_at > now() - interval '1 day'`,
  )
  for (const { cid } of others) yield cid
  for (let after = 0; ; ) {
    const rows = await sql.query<{ cid: string; seq: number }>(
      'select cid, seq from chunks where seq > $1 order by seq limit $2',
      [after, ROWS_AT_ONCE],
    )
    for (const { cid } of rows) yield cid
    if (rows.length < ROWS_AT_ONCE) return
    after = Number(rows.at(-1)?.seq)
  }
}
