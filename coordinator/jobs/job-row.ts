// One query that reads a job whole, with what its caller may do: Postgres counts nothing that is not already counted.

import type { Sql } from '#coordinator/database/database.ts'
import { type Principal, type ProjectRole, viewer } from '#coordinator/identity/principals.ts'
import type { LoadSettings } from '#coordinator/load/settings.ts'
import { MODEL_JSON, type StoredModel } from '#coordinator/models/model-json.ts'
import type { ArrowOptions, ResolvedOutput } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { JobKind } from './job-kind.ts'
import type { JobStatus } from './job-state.ts'

export type TableRow = {
  table_no: number
  name: string
  rows: number
  chunks: number
  rows_done: number
  chunks_done: number
  bytes_done: number
  drawn_rows: number
  met_rows: number
}

export type OutputRow = {
  table_no: number
  table_name: string
  format: string
  rows: number
  bytes: number
  loaded_rows: number | null
  cid: string
  sha256: string | null
  arweave_id: string | null
  arweave_status: 'signed' | 'posted' | 'confirmed' | null
}

export type JobRow = {
  id: string
  project_id: string
  owner_id: string
  kind: JobKind
  name: string
  status: JobStatus
  stage: 'queued' | 'planning' | 'generating' | 'merging' | 'publishing' | 'done'
  priority: 'low' | 'normal' | 'high'
  spec_digest: string
  seed: number
  format: string
  compression: NonNullable<ResolvedOutput['compression']> | null
  container: ArrowOptions['container'] | null
  load: LoadSettings | null
  /** That it samples, as long as there is such a model. */
  model_id: string | null
  /** What it trains. */
  model: StoredModel | null
  total_rows: number
  total_chunks: number
  error: { code: string; message: string; hint?: string } | null
  retries: number
  reassigned: number
  waiting_reason: string | null
  root_cid: string | null
  manifest_cid: string | null
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
  /** The caller's role in the job's project; null for an administrator who is not a member. */
  role: ProjectRole | null
  tables: TableRow[]
  outputs: OutputRow[]
  regions: { region: string; chunks: number; workers: number }[]
  /** True when anyone may fetch the files by their CIDs. */
  public: boolean
  /** Rows and seconds of the newest chunks; null when the job is not generating or has none. */
  recent: { rows: number; seconds: number } | null
}

const RECENT_CHUNKS = 100
const RECENT_WINDOW = '10 seconds'

const COLUMNS = `
  j.id, j.project_id, j.owner_id, j.kind, j.name, j.status, j.stage, j.priority, j.spec_digest, j.seed, j.format,
  j.compression, j.container, j.load, j.total_rows, j.total_chunks, j.error, j.retries, j.reassigned, j.waiting_reason, j.root_cid, j.manifest_cid,
  j.created_at, j.started_at, j.finished_at, m.role,
  (select model_id from job_models where job_id = j.id limit 1) as model_id,
  case when j.kind = 'train' then (select ${MODEL_JSON} from models v where v.job_id = j.id) end as model,
  (select coalesce(json_agg(t order by t.table_no), '[]') from job_tables t where t.job_id = j.id) as tables,
  (select coalesce(json_agg(o order by o.table_no), '[]') from (
    select o.table_no, o.table_name, o.format, o.rows, o.bytes, o.loaded_rows, o.cid, o.sha256, o.arweave_id, a.status as arweave_status
    from outputs o left join arweave_transactions a on a.id = o.arweave_id where o.job_id = j.id and o.cid is not null) o) as outputs,
  (select coalesce(json_agg(w order by w.region), '[]') from (
    select region, sum(chunks)::int as chunks, count(*)::int as workers
    from job_workers where job_id = j.id group by region) w) as regions,
  exists (select 1 from public_blocks p where p.job_id = j.id) as public,
  case when j.status = 'generating' then (
    select json_build_object('rows', sum(c.rows),
      'seconds', extract(epoch from greatest(now() - min(c.committed_at), interval '50 ms')))
    from (select rows, committed_at from chunks where job_id = j.id order by seq desc limit ${RECENT_CHUNKS}) c
    where c.committed_at > now() - interval '${RECENT_WINDOW}' having count(*) > 0) end as recent`

const FROM = `from jobs j left join project_members m on m.project_id = j.project_id and m.user_id = $1
  where j.deleted_at is null and ($2 or m.user_id is not null)`

/** Throws `not_found` for a job that does not exist, is deleted or is not the caller's to see. */
export async function readJob(sql: Sql, principal: Principal, jobId: string): Promise<JobRow> {
  const row = await readOne(sql, [...viewer(principal), jobId])
  if (row === undefined) throw notFound(jobId)
  return row
}

/** Whoever asks: for readers whose access was checked before. Null when the job is gone. */
export async function readJobById(sql: Sql, jobId: string): Promise<JobRow | null> {
  return (await readOne(sql, [null, true, jobId])) ?? null
}

/** The most frequent query of all: planning it each time would cost several times what running it does. */
async function readOne(sql: Sql, values: unknown[]): Promise<JobRow | undefined> {
  const [row] = await sql.query<JobRow>(`select ${COLUMNS} ${FROM} and j.id = $3`, values, {
    prepared: 'job-row',
  })
  return row
}

export function notFound(jobId: string): AppError {
  return new AppError('not_found', `There is no job ${jobId.slice(0, 64)}.`)
}

export type ListQuery = {
  limit: number
  offset: number
  status: JobStatus | null
  projectId: string | null
  /** Any, where it is left out. */
  kind?: JobKind
}

/** Newest first; `total` counts all that match. */
export async function listJobs(
  sql: Sql,
  principal: Principal,
  { limit, offset, status, projectId, kind }: ListQuery,
): Promise<{ rows: JobRow[]; total: number }> {
  const filter = `and ($3::text is null or j.status = $3) and ($4::text is null or j.project_id = $4)
    and ($5::text is null or j.kind = $5)`
  const values = [...viewer(principal), status, projectId, kind]
  const rows = await sql.query<JobRow>(
    `select ${COLUMNS} ${FROM} ${filter} order by j.created_at desc, j.id desc limit $6 offset $7`,
    [...values, limit, offset],
  )
  const [count] = await sql.query<{ total: number }>(
    `select count(*) as total ${FROM} ${filter}`,
    values,
  )
  return { rows, total: count?.total ?? 0 }
}

export type JobAccess = Pick<
  JobRow,
  | 'id'
  | 'kind'
  | 'project_id'
  | 'status'
  | 'name'
  | 'format'
  | 'compression'
  | 'container'
  | 'role'
  | 'manifest_cid'
  | 'created_at'
>

const ACCESS =
  'j.id, j.kind, j.project_id, j.status, j.name, j.format, j.compression, j.container, j.manifest_cid, j.created_at'

/**
 * As readJob, but only what access and actions need. `lock` holds the row until the transaction ends, but lets ledger
 * commits go on; the job's advisory lock, if wanted too, comes after it.
 */
export async function accessJob(
  sql: Sql,
  principal: Principal,
  jobId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<JobAccess> {
  const [row] = await sql.query<JobAccess>(
    `select ${ACCESS}, m.role ${FROM} and j.id = $3 ${lock ? 'for no key update of j' : ''}`,
    [...viewer(principal), jobId],
  )
  if (row === undefined) throw notFound(jobId)
  return row
}

/** For bearers of a signed link: whoever they are. Throws `not_found`. */
export async function accessJobByLink(sql: Sql, jobId: string): Promise<JobAccess> {
  const [row] = await sql.query<JobAccess>(
    `select ${ACCESS}, null as role from jobs j where j.id = $1 and j.deleted_at is null`,
    [jobId],
  )
  if (row === undefined) throw notFound(jobId)
  return row
}

export type StoredFile = { table: string; cid: string; bytes: number }

/** Files that are merged, in the order of the plan. */
export function readFiles(sql: Sql, jobId: string): Promise<StoredFile[]> {
  return sql.query<StoredFile>(
    'select table_name as "table", cid, bytes from outputs where job_id = $1 and cid is not null order by table_no',
    [jobId],
  )
}

/** Names of a job's tables, in the order of the plan. */
export async function readTableNames(sql: Sql, jobId: string): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    'select name from job_tables where job_id = $1 order by table_no',
    [jobId],
  )
  return rows.map(({ name }) => name)
}
