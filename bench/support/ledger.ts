// Looks into the bench's own database, for what happens faster than the API tells.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Stack } from '#scripts/stack/start-stack.ts'

export type Lease = { id: string; workers: string[] }

export type Ledger = {
  /** Running leases of a job, with the names of everyone they were ever given to, the current one last. */
  leases(jobId: string): Promise<Lease[]>
  chunks(jobId: string): Promise<number>
  /** Ids of all leases that have run or run now. */
  leaseIds(jobId: string): Promise<Set<string>>
  close(): Promise<void>
}

export async function openLedger(stack: Stack): Promise<Ledger> {
  const pool = new pg.Pool({ connectionString: stack.database_url, max: 2 })
  pool.on('error', () => undefined)
  return {
    async leases(jobId) {
      const { rows } = await pool.query<Lease>(
        `select id, array(select w.name from unnest(worker_ids) with ordinality u(id, n) join workers w on w.id = u.id order by u.n) as workers
         from leases where job_id = $1`,
        [jobId],
      )
      return rows
    },
    async chunks(jobId) {
      const { rows } = await pool.query<{ chunks: number }>(
        'select coalesce(sum(chunks_done), 0)::int as chunks from job_tables where job_id = $1',
        [jobId],
      )
      return rows[0]?.chunks ?? 0
    },
    async leaseIds(jobId) {
      const { rows } = await pool.query<{ id: string }>(
        'select id from leases where job_id = $1 union select lease_id from chunks where job_id = $1',
        [jobId],
      )
      return new Set(rows.map(({ id }) => id))
    },
    close: () => pool.end(),
  }
}

/** Asks every `everyMs` until there is an answer; Error after `timeoutMs`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { everyMs = 5, timeoutMs = 120_000 }: { everyMs?: number; timeoutMs?: number } = {},
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadlineMs) throw new Error(`${what}: not after ${timeoutMs} ms`)
    await delay(everyMs)
  }
}
