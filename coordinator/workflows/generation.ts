// One job: plan, leases, merge, publish. Progress of record is the ledger; this decides only what comes next.

import { defineSearchAttributeKey } from '@temporalio/common'
import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { RecordActivities, RunArgs, StorageActivities } from './activity-types.ts'
import { type Control, createControl, type Steering } from './control.ts'
import { asError, errorOf, HISTORY_FULL, typeOf } from './failures.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { runLeases } from './lanes.ts'
import {
  LANES,
  PUBLISH,
  QUEUES,
  RECORD,
  REMAKE_PAUSE,
  REMAKES_MAX,
  SHARD_LEASES,
  STORAGE,
} from './policies.ts'
import { runShards } from './shards.ts'

const record = proxyLocalActivities<RecordActivities>(RECORD)
const storage = proxyActivities<StorageActivities>({ ...STORAGE, taskQueue: QUEUES.storage })
const publishing = proxyActivities<StorageActivities>({ ...PUBLISH, taskQueue: QUEUES.storage })

const JOB_STATUS = defineSearchAttributeKey('JobStatus', 'KEYWORD')
const PERCENT = defineSearchAttributeKey('PercentComplete', 'INT')
/** Files merged at once. */
const MERGES_AT_ONCE = 16

/** `paused` and `lanes` are given when the job is paused already, or goes on in a new run. */
export type GenerationArgs = RunArgs & Partial<Steering>

export async function generation(args: GenerationArgs): Promise<void> {
  const { jobId, run } = args
  const control = createControl({ paused: args.paused ?? false, lanes: args.lanes ?? LANES })
  try {
    await runUntilWhole({ jobId, run }, control)
    await record.completeJob({ jobId, run })
    finish('completed', control)
  } catch (error) {
    const { paused, lanes } = control
    if (typeOf(error) === HISTORY_FULL)
      await continueAsNew<typeof generation>({ jobId, run, paused, lanes })
    await CancellationScope.nonCancellable(() => end({ jobId, run }, error))
    finish(isCancellation(error) ? 'cancelled' : 'failed', control)
    throw error
  }
}

/** Makes again what turned out to be gone; a store that loses its parts every time ends it. */
async function runUntilWhole(args: RunArgs, control: Control): Promise<void> {
  for (let remakes = 0; !(await runOnce(args, control)); remakes++) {
    if (remakes === REMAKES_MAX)
      throw ApplicationFailure.nonRetryable(
        'Stored parts were missing or damaged again and again. Check the part store, then retry the job.',
        'part_missing',
      )
    if (remakes > 0) await sleep(REMAKE_PAUSE, { summary: 'before lost parts are made again' })
    await storage.dropLostParts({ jobId: args.jobId })
    control.leasesDone = 0
  }
}

/** False when a stored part turned out to be gone: what is missing must be made again. */
async function runOnce(args: RunArgs, control: Control): Promise<boolean> {
  const { jobId } = args
  const plan = await record.planJob({ jobId })
  try {
    await generate(plan, args.run, control)
    await publish(plan, control)
    return true
  } catch (error) {
    if (typeOf(error) === 'part_missing') return false
    throw error
  }
}

/** The files are hashed behind the chunks while these are made, and merged when all are there. */
async function generate(plan: JobPlan, run: number, control: Control): Promise<void> {
  const { jobId } = plan
  enter(control, 'generating')
  await record.markStage({ jobId, stage: 'generating' })
  const hashing = new CancellationScope()
  const hashed = hashing
    .run(() => storage.hashOutputs({ jobId }))
    .then(
      () => null,
      (error: unknown) => ({ error: asError(error) }),
    )
  try {
    await runAllLeases(plan, run, control)
    await merge(plan, control)
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

async function runAllLeases(plan: JobPlan, run: number, control: Control): Promise<void> {
  const leases = leasesOf(plan)
  control.leasesTotal = leases.length
  const report = createReporter(plan, control)
  if (leases.length > SHARD_LEASES)
    await runShards(plan, leases.length, { run, control, onDone: report })
  else await runLeases(plan, leases, { control, onDone: () => report(1) })
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
