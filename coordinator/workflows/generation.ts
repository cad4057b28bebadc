// One job: plan, leases, merge, publish. Progress of record is the ledger; this decides only what comes next.

import { defineSearchAttributeKey } from '@temporalio/common'
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { JobError, RecordActivities, RunArgs, StorageActivities } from './activity-types.ts'
import { type Control, createControl, pause, resume } from './control.ts'
import { type JobPlan, type LeaseRange, leasesOf } from './job-plan.ts'
import { asError, runLeases } from './lanes.ts'
import {
  LANES,
  PUBLISH,
  QUEUES,
  RECORD,
  SHARD_LEASES,
  SHARDS_AT_ONCE,
  STORAGE,
  WORKFLOW_TASK,
} from './policies.ts'
import { generationShard, SHARD_CLOSE } from './shard.ts'

const record = proxyLocalActivities<RecordActivities>(RECORD)
const storage = proxyActivities<StorageActivities>({ ...STORAGE, taskQueue: QUEUES.storage })
const publishing = proxyActivities<StorageActivities>({ ...PUBLISH, taskQueue: QUEUES.storage })

const JOB_STATUS = defineSearchAttributeKey('JobStatus', 'KEYWORD')
const PERCENT = defineSearchAttributeKey('PercentComplete', 'INT')
/** Files merged at once. */
const MERGES_AT_ONCE = 16

export async function generation({ jobId, run }: RunArgs): Promise<void> {
  const shards = new Set<string>()
  const control = createControl({ paused: false, lanes: LANES }, (_, change) => {
    if (change === 'lanes') return
    for (const id of shards)
      void getExternalWorkflowHandle(id)
        .signal(change === 'pause' ? pause : resume)
        .catch(() => undefined)
  })
  try {
    while (!(await runOnce(jobId, { control, shards }))) control.leasesDone = 0
    await record.completeJob({ jobId, run })
    finish('completed', control)
  } catch (error) {
    await CancellationScope.nonCancellable(() => end({ jobId, run }, error))
    finish(isCancellation(error) ? 'cancelled' : 'failed', control)
    throw error
  }
}

type Run = { control: Control; shards: Set<string> }

/** False when a stored part turned out to be gone: what is missing must be made again. */
async function runOnce(jobId: string, run: Run): Promise<boolean> {
  const plan = await record.planJob({ jobId })
  try {
    await generate(plan, run)
    await publish(plan, run.control)
    return true
  } catch (error) {
    if (typeOf(error) === 'part_missing') return false
    throw error
  }
}

/** The files are hashed behind the chunks while these are made, and merged when all are there. */
async function generate(plan: JobPlan, run: Run): Promise<void> {
  const { jobId } = plan
  enter(run.control, 'generating')
  await record.markStage({ jobId, stage: 'generating' })
  const hashing = new CancellationScope()
  const hashed = hashing
    .run(() => storage.hashOutputs({ jobId }))
    .then(
      () => null,
      (error: unknown) => ({ error: asError(error) }),
    )
  try {
    await runAllLeases(plan, run)
    await merge(plan, run.control)
    const outcome = await hashed
    if (outcome) throw outcome.error
  } finally {
    hashing.cancel()
  }
}

async function merge(plan: JobPlan, control: Control): Promise<void> {
  const { jobId } = plan
  enter(control, 'merging')
  await record.markStage({ jobId, stage: 'merging' })
  for (let at = 0; at < plan.tables.length; at += MERGES_AT_ONCE)
    await Promise.all(
      plan.tables
        .slice(at, at + MERGES_AT_ONCE)
        .map((table, i) =>
          storage.mergeOutput.executeWithOptions({ summary: `merge ${table.name}` }, [
            { jobId, tableNo: at + i },
          ]),
        ),
    )
}

async function runAllLeases(plan: JobPlan, run: Run): Promise<void> {
  const leases = leasesOf(plan)
  const { control } = run
  control.leasesTotal = leases.length
  const report = createReporter(plan, control)
  if (leases.length <= SHARD_LEASES) {
    await runLeases(plan, leases, { control, onDone: () => report(1) })
    return
  }
  await runShards(plan, leases, { ...run, report })
}

async function runShards(
  plan: JobPlan,
  leases: readonly LeaseRange[],
  { control, shards, report }: Run & { report: (leases: number) => void },
): Promise<void> {
  let failure: Error | undefined
  const running: Promise<void>[] = []
  for (let from = 0; from < leases.length && failure === undefined; from += SHARD_LEASES) {
    await condition(() => shards.size < SHARDS_AT_ONCE || failure !== undefined)
    const to = Math.min(from + SHARD_LEASES, leases.length)
    const workflowId = `generation/${plan.jobId}/shard-${from / SHARD_LEASES}`
    shards.add(workflowId)
    running.push(
      runShard(plan, { workflowId, from, to, control }).then(
        () => {
          shards.delete(workflowId)
          report(to - from)
        },
        (error: unknown) => {
          shards.delete(workflowId)
          failure ??= asError(error)
        },
      ),
    )
  }
  await condition(() => shards.size === 0 || failure !== undefined)
  if (failure !== undefined) throw failure
  await Promise.all(running)
}

type Shard = { workflowId: string; from: number; to: number; control: Control }

async function runShard(plan: JobPlan, { workflowId, from, to, control }: Shard): Promise<void> {
  const { paused, lanes } = control
  const child = await startChild(generationShard, {
    workflowId,
    workflowTaskTimeout: WORKFLOW_TASK.timeout,
    args: [{ plan, from, to, paused, lanes }],
    cancellationType: ChildWorkflowCancellationType.TRY_CANCEL,
    parentClosePolicy: SHARD_CLOSE,
    priority: { priorityKey: plan.priorityKey, fairnessKey: plan.tenant.slice(0, 64) },
    staticSummary: `${plan.name}: leases ${from + 1} to ${to}`,
  })
  await child.result()
}

async function publish(plan: JobPlan, control: Control): Promise<void> {
  const { jobId } = plan
  enter(control, 'publishing')
  await record.markStage({ jobId, stage: 'publishing' })
  await publishing.writeManifest({ jobId })
  for (const publisher of plan.publishers)
    await publishing.publishOutput.executeWithOptions({ summary: `publish to ${publisher}` }, [
      { jobId, publisher },
    ])
  if (!plan.arweave) return
  for (const [tableNo, { name }] of plan.tables.entries()) {
    const args = { jobId, tableNo }
    while (!(await payOnce(args, name))) control.stage = 'publishing'
  }
}

/** False when the network will not take what was signed: it is signed again. */
async function payOnce(args: { jobId: string; tableNo: number }, name: string): Promise<boolean> {
  await publishing.signArweave.executeWithOptions({ summary: `sign ${name}` }, [args])
  try {
    await publishing.postArweave.executeWithOptions({ summary: `post ${name}` }, [args])
    return true
  } catch (error) {
    if (typeOf(error) === 'transaction_expired') return false
    throw error
  }
}

function enter(control: Control, stage: string): void {
  control.stage = stage
  upsertSearchAttributes([{ key: JOB_STATUS, value: stage }])
}

function finish(status: string, control: Control): void {
  control.stage = status
  upsertSearchAttributes([{ key: JOB_STATUS, value: status }])
  setCurrentDetails(`**${status}** · ${control.leasesDone} of ${control.leasesTotal} leases`)
}

/** Current details with every lease, a search attribute with every tenth. */
function createReporter(plan: JobPlan, control: Control): (leases: number) => void {
  let tenth = 0
  return (leases) => {
    control.leasesDone += leases
    const percent = Math.floor((100 * control.leasesDone) / Math.max(1, control.leasesTotal))
    setCurrentDetails(
      [
        `**${plan.name}** · ${percent} % · ${control.leasesDone} of ${control.leasesTotal} leases`,
        '',
        '| table | rows | chunks |',
        '|---|---|---|',
        ...plan.tables.map(({ name, rows, chunks }) => `| ${name} | ${rows} | ${chunks} |`),
      ].join('\n'),
    )
    if (Math.floor(percent / 10) === tenth) return
    tenth = Math.floor(percent / 10)
    upsertSearchAttributes([{ key: PERCENT, value: percent }])
  }
}

async function end(args: RunArgs, error: unknown): Promise<void> {
  if (isCancellation(error)) await record.cancelJob(args)
  else await record.failJob({ ...args, error: errorOf(error) })
}

/** The innermost failure with a type of ours: activities and child workflows wrap it. */
function applicationFailureOf(error: unknown): ApplicationFailure | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type) return at
  }
  return null
}

const typeOf = (error: unknown): string => applicationFailureOf(error)?.type ?? ''

function errorOf(error: unknown): JobError {
  const failure = applicationFailureOf(error)
  if (failure) return { code: failure.type ?? 'internal', message: failure.message }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof ActivityFailure ? 'infrastructure' : 'internal'
  return { code, message }
}
