// Tells Temporal what the database has decided: a row per start, pause, resume or cancel, written in the same
// transaction as the decision, taken out only when Temporal has it.

import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client'
import type { Logger } from 'pino'
import type { Database, Sql } from '../database/database.ts'
import type { Notifications } from '../database/notifications.ts'
import { type JobKind, WORKFLOWS, workflowIdOf } from '../jobs/job-kind.ts'
import { PRIORITY_KEYS, QUEUES, WORKFLOW_TASK } from '../workflows/policies.ts'

/** Calls to Temporal in flight at once: a burst of submissions is answered first, and started after. */
const AT_ONCE = 2
const RECHECK_MS = 1_000
const BACKOFF_SECONDS_MAX = 10
/** A claimed row is offered again after this, in case its claimer died. */
const CLAIM_SECONDS = 15

type Action = { id: number; job_id: string; action: 'start' | 'pause' | 'resume' | 'cancel' }
type Deps = { database: Database; notifications: Notifications; client: Client; log: Logger }

/** Runs until closed; several replicas share the work. */
export function createOutbox(deps: Deps): { close(): Promise<void> } {
  let closed = false
  let again = false
  let running: Promise<void> | null = null

  async function drain(): Promise<void> {
    do {
      again = false
      const actions = await claim(deps.database)
      await Promise.all(actions.map((action) => carryOut(deps, action)))
      again ||= actions.length === AT_ONCE
    } while (again && !closed)
  }

  function wake(): void {
    again = true
    if (closed || running) return
    running = drain()
      .catch((error: unknown) => deps.log.warn({ err: error }, 'outbox not read'))
      .finally(() => {
        running = null
      })
  }

  const timer = setInterval(wake, RECHECK_MS)
  const stop = deps.notifications.on('outbox', wake)
  wake()
  return {
    async close() {
      closed = true
      clearInterval(timer)
      stop()
      await running
    },
  }
}

/** The oldest due action of each job, so that a job's actions keep their order. */
const claim = (sql: Sql): Promise<Action[]> =>
  sql.query<Action>(
    `update outbox set attempts = attempts + 1, next_at = now() + make_interval(secs => $2)
     where id in (
       select id from outbox o where next_at <= now()
         and not exists (select 1 from outbox earlier where earlier.job_id = o.job_id and earlier.id < o.id)
       order by id limit $1 for update skip locked)
     returning id, job_id, action`,
    [AT_ONCE, CLAIM_SECONDS],
  )

async function carryOut(deps: Deps, action: Action): Promise<void> {
  const { database, log } = deps
  try {
    await tell(deps, action)
    await database.query('delete from outbox where id = $1', [action.id])
  } catch (error) {
    log.warn({ err: error, jobId: action.job_id, action: action.action }, 'Temporal not told yet')
    await database.query(
      `update outbox set next_at = now() + make_interval(secs => least(attempts, $2)), last_error = $3 where id = $1`,
      [action.id, BACKOFF_SECONDS_MAX, error instanceof Error ? error.message : String(error)],
    )
  }
}

/**
 * An action that a later one has overtaken does no harm: the run is told what the job row says now, and a job that
 * was tried again since keeps its new run.
 */
async function tell({ database, client }: Deps, { job_id: jobId, action }: Action): Promise<void> {
  if (action === 'start') return startJob({ sql: database, client }, jobId)
  const [job] = await database.query<{
    status: string
    runs: number
    kind: JobKind
    running: boolean
  }>(
    `select status, runs, kind, status in ('pending', 'generating', 'paused') and deleted_at is null as running
     from jobs where id = $1`,
    [jobId],
  )
  if (job === undefined) return
  const workflowId = workflowIdOf(jobId, job.kind)
  const handle = client.workflow.getHandle(workflowId)
  try {
    const isCurrent = job.running && (await describeRun(client, workflowId)).run >= job.runs
    if (action === 'cancel' && !isCurrent) await handle.cancel()
    if (action !== 'cancel' && isCurrent)
      await handle.signal(job.status === 'paused' ? 'pause' : 'resume')
  } catch (error) {
    // The run is over, or its history is lost and the reconciler starts it anew: the job row says what holds.
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}

type StartRow = {
  project_id: string
  name: string
  kind: JobKind
  priority: keyof typeof PRIORITY_KEYS
  regions: string[]
  runs: number
  total_rows: number
  format: string
  tables: string[]
  status: string
}

/**
 * Starts the job's workflow unless this run of it has one, or the job is over. Rejects while the run before the
 * retry is still ending, which it is told to here: its own cancel was passed over when the job had already been tried
 * again, and taken for one of an older run. To be tried again.
 */
export async function startJob(
  { sql, client }: { sql: Sql; client: Client },
  jobId: string,
): Promise<void> {
  const rows = await sql.query<StartRow>(
    `select j.*, (select array_agg(t.name order by t.table_no) from job_tables t where t.job_id = j.id) as tables
     from jobs j where id = $1 and status in ('pending', 'generating', 'paused') and deleted_at is null`,
    [jobId],
  )
  const job = rows[0]
  if (!job) return
  const options = startOptions(jobId, job)
  const workflow = WORKFLOWS[job.kind]
  try {
    await client.workflow.start(workflow, options)
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    const found = await describeRun(client, options.workflowId)
    if (found.run >= job.runs) return
    if (found.status === 'RUNNING') {
      await client.workflow.getHandle(options.workflowId, found.runId).cancel()
      throw new Error('the run before the retry has not ended yet')
    }
    // It ended well after the job had been cancelled; Temporal lets only failed runs be followed.
    await client.workflow.start(workflow, {
      ...options,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    })
  }
}

/** The latest run that Temporal knows of. Throws WorkflowNotFoundError. */
export async function describeRun(
  client: Client,
  workflowId: string,
): Promise<{ run: number; runId: string; status: string }> {
  const { memo, runId, status } = await client.workflow.getHandle(workflowId).describe()
  const run = memo?.['run']
  return { run: typeof run === 'number' ? run : 0, runId, status: status.name }
}

/** For people who look at the run in Temporal's UI. */
function describe(jobId: string, { kind, name, total_rows, format, tables }: StartRow) {
  if (kind === 'train') return { staticSummary: `${name}: a model`, staticDetails: `Job ${jobId}` }
  const rows = Number(total_rows).toLocaleString('en-US')
  return {
    staticSummary: `${name}: ${rows} rows as ${format}`,
    staticDetails: `Tables: ${(tables ?? []).join(', ')}\n\nJob ${jobId}`,
  }
}

function startOptions(jobId: string, job: StartRow) {
  const rows = Number(job.total_rows)
  return {
    workflowId: workflowIdOf(jobId, job.kind),
    taskQueue: QUEUES.workflows,
    workflowTaskTimeout: WORKFLOW_TASK.timeout,
    // Paused from its first step: a signal of its own could be lost between the two.
    args: [{ jobId, run: job.runs, paused: job.status === 'paused' }],
    memo: { run: job.runs },
    workflowIdReusePolicy:
      job.runs === 0 ? ('REJECT_DUPLICATE' as const) : ('ALLOW_DUPLICATE_FAILED_ONLY' as const),
    priority: {
      priorityKey: PRIORITY_KEYS[job.priority],
      fairnessKey: job.project_id.slice(0, 64),
    },
    ...describe(jobId, job),
    searchAttributes: {
      TenantId: [job.project_id],
      JobKind: [job.kind],
      JobStatus: ['queued'],
      Region: job.regions.length > 0 ? job.regions : ['any'],
      Rows: [rows],
      PercentComplete: [0],
    },
  }
}
