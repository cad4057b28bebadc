// Reads a job's story in order: chunks from the ledger and the rest from job_events, merged by sequence number.

import type { Sql } from '#coordinator/database/database.ts'

export type StoryEvent = {
  seq: number
  event: 'chunk' | 'worker' | 'log' | 'done'
  data: Record<string, unknown>
}

type Row = { seq: number; event: StoryEvent['event']; at: Date; data: Record<string, unknown> }

/**
 * At most `limit` events after `seq`, ascending. Writers of a job take turns, so numbers become visible in order and
 * nothing is missed by asking for what comes after the last one seen.
 */
export async function readEvents(
  sql: Sql,
  { jobId, after, limit }: { jobId: string; after: number; limit: number },
): Promise<StoryEvent[]> {
  const rows = await sql.query<Row>(
    `(select c.seq, 'chunk' as event, c.committed_at as at, json_build_object('table', t.name, 'chunk', c.chunk_no,
        'rows', c.rows, 'bytes', c.bytes, 'cid', c.cid, 'worker_id', c.worker_id, 'region', c.region,
        'duration_ms', c.duration_ms) as data
      from chunks c join job_tables t on t.job_id = c.job_id and t.table_no = c.table_no
      where c.job_id = $1 and c.seq > $2 order by c.seq limit $3)
     union all
     (select seq, kind, at, json_build_object('level', level, 'message', message, 'data', data)
      from job_events where job_id = $1 and seq > $2 order by seq limit $3)
     order by seq limit $3`,
    [jobId, after, limit],
    { prepared: 'job-events' },
  )
  return rows.map(({ seq, event, at, data }) => ({
    seq,
    event,
    data: { at: at.toISOString(), ...data },
  }))
}

/** The number of the newest event of a job; 0 when it has none. */
export async function readLastSeq(sql: Sql, jobId: string): Promise<number> {
  const [row] = await sql.query<{ seq: number }>(
    `select greatest((select max(seq) from chunks where job_id = $1),
       (select max(seq) from job_events where job_id = $1), 0) as seq`,
    [jobId],
  )
  return row?.seq ?? 0
}
