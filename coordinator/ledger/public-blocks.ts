// What anyone may read: every block below a published root, written by publishing alone.

import type { Sql } from '../database/database.ts'

const ROWS_AT_ONCE = 1_000

type Announcement = { jobId: string; root: string; blocks: AsyncIterable<{ cid: string }> }

/** Idempotent; blocks are public one by one, the root last, so that a public root has public blocks. */
export async function announceBlocks(
  sql: Sql,
  { jobId, root, blocks }: Announcement,
): Promise<void> {
  let batch: string[] = []
  const flush = async () => {
    await sql.query(
      `insert into public_blocks (cid, root, job_id) select unnest($1::text[]), $2, $3 on conflict do nothing`,
      [batch, root, jobId],
    )
    batch = []
  }
  for await (const { cid } of blocks) {
    if (cid === root) continue
    batch.push(cid)
    if (batch.length >= ROWS_AT_ONCE) await flush()
  }
  batch.push(root)
  await flush()
}

export async function isPublic(sql: Sql, cid: string): Promise<boolean> {
  const rows = await sql.query('select 1 from public_blocks where cid = $1 limit 1', [cid])
  return rows.length > 0
}
