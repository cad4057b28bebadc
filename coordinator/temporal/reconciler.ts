// Compares the jobs that should run with what Temporal says, and the leases that wait with the fleet: a run
// that was lost is started again, one that was ended in the UI fails its job, waiting gets its reason.

import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import type { Logger } from 'pino'
import { end } from '../activities/record.ts'
import type { Database, Sql } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import { explain, mismatch, type WorkerView } from '../fleet/placement.ts'
import { type JobKind, workflowIdOf } from '../jobs/job-kind.ts'
import { REQUIRED_CLASS, WORKER_CLASS } from '../ledger/runtime-classes.ts'
import { COORDINATOR } from '../workflows/policies.ts'
import { describeRun, startJob } from './outbox.ts'

/** One replica at a time does it. */
const LOCK = 7_304_919
const JOBS_PER_ROUND = 50

type Deps = { database: Database; client: Client; log: Logger }

/** Runs every few seconds until closed; the first round at once. */
export function createReconciler(deps: Deps): { close(): Promise<void> } {
  let round: Promise<void> | null = null
  const wake = () => {
    round ??= reconcile(deps)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'reconciliation failed'))
      .finally(() => {
        round = null
      })
  }
  const timer = setInterval(wake, COORDINATOR.reconcileMs)
  wake()
  return {
    async close() {
      clearInterval(timer)
      await round
    },
  }
}

type RunningJob = {
  id: string
  kind: JobKind
  trusted_only: boolean
  strict_class: boolean
  runtime_class: string | null
  runs: number
  regions: string[]
  engine_version: string
  leased: number
  waiting_reason: string | null
  status: string
}

async function reconcile(deps: Deps): Promise<void> {
  await deps.database.transaction(async (sql) => {
    const locked = await sql.query<{ ok: boolean }>('select pg_try_advisory_xact_lock($1) as ok', [
      LOCK,
    ])
    if (!locked[0]?.ok) return
    const jobs = await runningJobs(sql)
    const workers = await connectedWorkers(sql)
    for (const job of jobs) {
      await reconcileRun(deps, job)
      await explainWaiting(deps.database, job, workers)
    }
  })
}

/** Jobs that nothing in the outbox is about to start; the least recently looked at first would need state: random will do. */
const runningJobs = (sql: Sql): Promise<RunningJob[]> =>
  sql.query<RunningJob>(
    `select id, kind, trusted_only, strict_class, ${REQUIRED_CLASS} as runtime_class, runs, regions, engine_version,
       waiting_reason, status,
       (select count(*)::int from leases l where l.job_id = j.id and cardinality(l.worker_ids) > 0) as leased
     from jobs j where status in ('pending', 'generating', 'paused') and deleted_at is null
       and created_at < now() - interval '3 seconds'
       and not exists (select 1 from outbox o where o.job_id = j.id)
     order by random() limit $1`,
    [JOBS_PER_ROUND],
  )

async function reconcileRun(
  { database, client, log }: Deps,
  { id: jobId, kind, runs: run }: RunningJob,
): Promise<void> {
  try {
    const found = await describeRun(client, workflowIdOf(jobId, kind))
    if (found.run < run) return startJob({ sql: database, client }, jobId)
    if (found.status === 'RUNNING') return
    const error = endedError(found.status)
    log.warn({ jobId, status: found.status }, 'the run ended without saying so')
    await end(database, { jobId, run }, { status: 'failed', error, message: error.message })
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
    log.warn({ jobId }, 'Temporal does not know the run: starting it again')
    await startJob({ sql: database, client }, jobId)
  }
}

const endedError = (status: string) => ({
  code: 'infrastructure',
  message: `The workflow was ended outside the API (${status.toLowerCase()}). Retry the job: finished chunks are kept.`,
})

type StoredWorker = {
  id: string
  region: string
  trust: 'trusted' | 'community'
  engine_version: string
  runtime_class: string
  slots: number
  state: string
  load: { busy_slots?: number }
}

async function connectedWorkers(sql: Sql): Promise<WorkerView[]> {
  const rows = await sql.query<StoredWorker>(
    `select id, region, trust, engine_version, ${WORKER_CLASS} as runtime_class, slots, state, load from workers w
     where coordinator_id is not null and state <> 'revoked'`,
  )
  return rows.map((row) => ({
    id: row.id,
    region: row.region,
    trust: row.trust,
    engineVersion: row.engine_version,
    gpus: 0,
    runtimeClass: row.runtime_class,
    slots: row.slots,
    busy: row.load.busy_slots ?? 0,
    trainings: 0,
    draining: row.state === 'draining',
    suspect: false,
    rowsPerSecond: null,
  }))
}

/** A job without a lease on any worker waits: for a slot, or for a worker that does not exist. */
async function explainWaiting(
  database: Database,
  job: RunningJob,
  workers: readonly WorkerView[],
): Promise<void> {
  const reason = job.leased > 0 || job.status === 'paused' ? null : waitingReason(job, workers)
  if (reason === job.waiting_reason) return
  await database.query(
    `update jobs set waiting_reason = $2 where id = $1 and status in ('pending', 'generating', 'paused')`,
    [job.id, reason],
  )
  await notify(database, 'job', job.id)
}

function waitingReason(job: RunningJob, workers: readonly WorkerView[]): string | null {
  const need = {
    regions: job.regions,
    engineVersion: job.engine_version,
    gpu: false,
    trustedOnly: job.trusted_only,
    training: job.kind === 'train',
    runtimeClass: job.runtime_class,
    strictClass: job.strict_class,
    except: new Set<string>(),
  }
  const fits = workers.some((worker) => mismatch(need, worker) === null && !worker.draining)
  return fits ? null : explain(need, workers)
}
