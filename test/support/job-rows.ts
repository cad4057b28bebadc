// Rows of a job as submission writes them, for tests of what comes after.

import type { Sql } from '#coordinator/database/database.ts'

export type JobRows = { jobId?: string; chunks?: number; chunkRows?: number; status?: string }

/** One table `t` of full chunks, with its owner and project; returns the job's id. */
export async function insertJob(sql: Sql, options: JobRows = {}): Promise<string> {
  const { jobId = 'job_1', chunks = 4, chunkRows = 10, status = 'generating' } = options
  const rows = chunks * chunkRows
  const body = JSON.stringify({
    config: {
      ...{ engine_version: '1.0.0', seed: 1, now: 0, chunk_rows: chunkRows, tables: [] },
      output: { format: 'csv' },
    },
    plan: { tables: [{ name: 't', rows, chunk_rows: chunkRows, chunks }] },
  })
  await sql.query(
    `insert into users (id, email, username, password_hash, role) values ('u', 'u@example.org', 'u', '', 'user')
     on conflict do nothing`,
  )
  await sql.query(`insert into projects (id, name) values ('p', 'p') on conflict do nothing`)
  await sql.query(`insert into specs (digest, body) values ($1, $2)`, [`digest of ${jobId}`, body])
  await sql.query(
    `insert into jobs (id, project_id, owner_id, name, status, priority, spec_digest, config_digest, seed,
       engine_version, format, chunk_rows, total_rows, total_chunks, publish_ipfs, publish_arweave)
     values ($1, 'p', 'u', 'a job', $2, 'normal', $3, 'c', 1, '1.0.0', 'csv', $4, $5, $6, true, false)`,
    [jobId, status, `digest of ${jobId}`, chunkRows, rows, chunks],
  )
  await sql.query(
    `insert into job_tables (job_id, table_no, name, rows, chunks) values ($1, 0, 't', $2, $3)`,
    [jobId, rows, chunks],
  )
  return jobId
}
