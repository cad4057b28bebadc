// After a start: parts of unfinished jobs that the store lost (they are not fsynced) leave the ledger and are
// made again.

import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { dropChunk } from '../ledger/ledger.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { isStored } from '../storage/check-part.ts'

const ROWS_AT_ONCE = 500

type Row = {
  job_id: string
  table_no: number
  chunk_no: number
  cid: string
  bytes: number
  dag_bytes: number
  seq: number
}

type Deps = { database: Database; store: BlockStore; log: Logger }

/** Returns how many chunks were dropped. */
export async function checkParts(deps: Deps, { signal }: { signal: AbortSignal }): Promise<number> {
  let after = 0
  let dropped = 0
  for (;;) {
    signal.throwIfAborted()
    const rows = await deps.database.query<Row>(
      `select c.* from chunks c join jobs j on j.id = c.job_id
       where j.status in ('pending', 'generating', 'paused') and c.seq > $1 order by c.seq limit $2`,
      [after, ROWS_AT_ONCE],
    )
    for (const row of rows) if (await dropIfLost(deps, row)) dropped++
    if (rows.length < ROWS_AT_ONCE) return dropped
    after = Number(rows.at(-1)?.seq)
  }
}

async function dropIfLost({ database, store, log }: Deps, row: Row): Promise<boolean> {
  const link = { cid: row.cid, bytes: Number(row.bytes), dagBytes: Number(row.dag_bytes) }
  if (await isStored(store, link)) return false
  const { job_id: jobId, table_no: tableNo, chunk_no: chunk, cid } = row
  log.warn({ jobId, tableNo, chunk, cid }, 'part lost; its chunk is made again')
  return dropChunk(database, { jobId, tableNo, chunk, cid })
}
