// Finds every part of a job that the store lost or damaged: their chunks leave the ledger, and are made again.

import { Context } from '@temporalio/activity'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError } from '#engine/errors.ts'
import type { Database } from '../database/database.ts'
import { dropChunk } from '../ledger/ledger.ts'
import { type BlockStore, verified } from '../storage/block-store.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'

const ROWS_AT_ONCE = 200

type Row = { table_no: number; chunk_no: number; cid: string; bytes: number; seq: number }
type Deps = { database: Database; store: BlockStore }

export function createDropLostParts(deps: Deps): StorageActivities['dropLostParts'] {
  return async ({ jobId }) => {
    const { cancellationSignal } = Context.current()
    return { dropped: await dropLostParts(deps, jobId, { signal: cancellationSignal }) }
  }
}

/**
 * Returns how many chunks it dropped. Reads every byte, as only that tells damage: for jobs that met a lost part, not
 * for every job.
 */
export async function dropLostParts(
  { database, ...deps }: Deps,
  jobId: string,
  { signal }: { signal: AbortSignal },
): Promise<number> {
  const store = verified(deps.store)
  let after = 0
  let dropped = 0
  for (;;) {
    const rows = await database.query<Row>(
      `select table_no, chunk_no, cid, bytes, seq from chunks where job_id = $1 and seq > $2
       order by seq limit $3`,
      [jobId, after, ROWS_AT_ONCE],
    )
    for (const row of rows) {
      signal.throwIfAborted()
      if (await isWhole(store, row, signal)) continue
      const { table_no: tableNo, chunk_no: chunk, cid } = row
      if (await dropChunk(database, { jobId, tableNo, chunk, cid })) dropped++
    }
    if (rows.length < ROWS_AT_ONCE) return dropped
    after = Number(rows.at(-1)?.seq)
  }
}

async function isWhole(store: BlockStore, row: Row, signal: AbortSignal): Promise<boolean> {
  const bytes = Number(row.bytes)
  let seen = 0
  try {
    for await (const piece of readRange(store.get, row.cid, 0, bytes, { signal }))
      seen += piece.length
  } catch (error) {
    if (error instanceof AppError && error.code === 'part_missing') return false
    throw error
  }
  return seen === bytes
}
