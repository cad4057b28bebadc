// The job row as the workflow moves it: plan, stage, end. Every write keeps a status that is already final.

import type { Database, Sql } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import { appendEvent } from '../jobs/events.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { closeLeasesOfJob } from '../ledger/leases.ts'
import { classBegun, WORKER_CLASS } from '../ledger/runtime-classes.ts'
import { isGpuFree, keepModelFile } from '../models/training-records.ts'
import type { JobError, RecordActivities, RunArgs } from '../workflows/activity-types.ts'
import {
  type JobPlan,
  type LeasePolicy,
  leaseChunksOf,
  type PlannedTable,
} from '../workflows/job-plan.ts'
import { LEASE_SIZE, PRIORITY_KEYS, ROWS_PER_SECOND_UNKNOWN } from '../workflows/policies.ts'

const RUNNING = `status in ('pending', 'generating', 'paused')`

type Deps = {
  database: Database
  specs: JobSpecs
  publishers: readonly string[]
  /** Where an operator has set it. */
  lease?: LeasePolicy | null
}

export function createRecordActivities({
  database,
  specs,
  publishers,
  lease = null,
}: Deps): RecordActivities {
  return {
    async planJob({ jobId }) {
      const spec = await specs.get(jobId)
      const [tables, fleet] = await Promise.all([
        tablesOf(database, jobId),
        fleetOf(database, spec),
      ])
      await start(database, jobId)
      await enterStage(database, jobId, 'generating')
      const chunkRows = spec.config.chunk_rows
      return {
        jobId,
        tenant: spec.projectId,
        name: spec.name,
        format: spec.format,
        regions: spec.regions,
        priorityKey: PRIORITY_KEYS[spec.priority],
        totalRows: tables.reduce((sum, { rows }) => sum + rows, 0),
        leaseChunks: leaseChunksOf({
          chunksByTable: tables.map(({ chunks }) => chunks),
          chunkRows,
          ...fleet,
          limits: LEASE_SIZE,
        }),
        tables: tables.map((table) => ({ ...table, chunkRows })),
        publishers: spec.publishIpfs ? [...publishers] : [],
        arweave: spec.publishArweave,
        ...(spec.load !== null && { load: true }),
        ...(lease !== null && { lease }),
      } satisfies JobPlan
    },

    placeTraining: async ({ jobId }) => ({ gpu: await isGpuFree(database, jobId) }),
    completeJob: (run) =>
      end(database, run, { status: 'completed', error: null, message: 'job completed' }),
    failJob: ({ error, ...run }) =>
      end(database, run, { status: 'failed', error, message: `job failed: ${error.message}` }),
    cancelJob: (run) =>
      end(database, run, { status: 'cancelled', error: null, message: 'job cancelled' }),
  }
}

type StoredTable = { name: string; rows: number; chunks: number; chunks_done: number }

async function tablesOf(sql: Sql, jobId: string): Promise<Omit<PlannedTable, 'chunkRows'>[]> {
  const rows = await sql.query<StoredTable>(
    'select name, rows, chunks, chunks_done from job_tables where job_id = $1 order by table_no',
    [jobId],
  )
  return rows.map(({ name, rows: n, chunks, chunks_done }) => ({
    name,
    rows: Number(n),
    chunks,
    done: chunks_done >= chunks,
  }))
}

type Whose = Pick<JobSpec, 'jobId' | 'regions' | 'trustedOnly' | 'strictClass' | 'config'>

/** Slots and the median measured rate of one slot, over the connected workers that may have work of the job. */
async function fleetOf(sql: Sql, spec: Whose): Promise<{ slots: number; rowsPerSecond: number }> {
  const { regions, trustedOnly, strictClass } = spec
  const runtimeClass = strictClass ? await classBegun(sql, spec) : null
  const rows = await sql.query<{ slots: number | null; rate: number | null }>(
    `select sum(slots)::int as slots, percentile_cont(0.5) within group (order by rows_per_second) as rate
     from workers w where coordinator_id is not null and state = 'active'
       and (cardinality($1::text[]) = 0 or region = any($1)) and (trust = 'trusted' or not $2)
       and ($3::text is null or ${WORKER_CLASS} = $3)`,
    [regions, trustedOnly, runtimeClass],
  )
  return { slots: rows[0]?.slots ?? 1, rowsPerSecond: rows[0]?.rate ?? ROWS_PER_SECOND_UNKNOWN }
}

/** A paused job stays paused: its workflow was told, too. */
async function start(database: Database, jobId: string): Promise<void> {
  await change(database, jobId, {
    set: `status = case when status = 'pending' then 'generating' else status end,
      stage = 'planning', started_at = coalesce(started_at, now())`,
    values: [],
    message: 'planning',
  })
}

/** Told once, however often it is entered. */
export async function enterStage(
  database: Database,
  jobId: string,
  stage: 'generating' | 'merging' | 'publishing',
): Promise<void> {
  await change(database, jobId, {
    set: 'stage = $2',
    where: 'stage <> $2',
    values: [stage],
    message: `stage: ${stage}`,
  })
}

type Change = { set: string; where?: string; values: unknown[]; message: string }

async function change(database: Database, jobId: string, what: Change): Promise<void> {
  await database.transaction(async (sql) => {
    const rows = await sql.query(
      `update jobs set ${what.set} where id = $1 and ${RUNNING} and ${what.where ?? 'true'} returning id`,
      [jobId, ...what.values],
    )
    if (rows.length > 0)
      await appendEvent(sql, { jobId, kind: 'log', level: 'info', message: what.message, data: {} })
    await notify(sql, 'job', jobId)
  })
}

type End = { status: 'completed' | 'failed' | 'cancelled'; error: JobError | null; message: string }

/** Idempotent; what the user already did (cancel, delete, retry) stands. */
export async function end(database: Database, { jobId, run }: RunArgs, what: End): Promise<void> {
  await database.transaction(async (sql) => {
    const current = await sql.query(
      'select 1 from jobs where id = $1 and runs = $2 for no key update',
      [jobId, run],
    )
    if (current.length === 0) return
    const ended = await sql.query(
      `update jobs set status = $2, stage = case when $2 = 'completed' then 'done' else stage end,
         error = $3, waiting_reason = null, finished_at = now() where id = $1 and ${RUNNING} returning id`,
      [jobId, what.status, what.error ? JSON.stringify(errorJson(what.error)) : null],
    )
    await closeLeasesOfJob(sql, jobId)
    if (ended.length > 0 && what.status === 'completed') await keepModelFile(sql, jobId)
    if (ended.length > 0) await appendEvent(sql, doneEvent(jobId, what))
    if (what.status !== 'completed') await notify(sql, 'cancel', jobId)
    await notify(sql, 'job', jobId)
  })
}

const doneEvent = (jobId: string, { status, message }: End) => ({
  jobId,
  kind: 'done' as const,
  level: status === 'failed' ? ('error' as const) : ('info' as const),
  message,
  data: { status },
})

/** The message of a dead chunk is JSON with its place: it becomes fields. */
function errorJson({ code, message }: JobError): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(message)
    if (parsed && typeof parsed === 'object')
      return { ...parsed, cause: (parsed as { code?: string }).code, code }
  } catch {
    // Plain text: most errors.
  }
  return { code, message }
}
