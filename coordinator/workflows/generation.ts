// One job: plan, leases, merge, publish. Progress of record is the ledger; this decides only what comes next.

import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow'
import type { RecordActivities, RunArgs, StorageActivities } from './activity-types.ts'
import { createControl, obey, type Steering } from './control.ts'
import { asError, errorOf, HISTORY_FULL, typeOf } from './failures.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { runLeases } from './lanes.ts'
import {
  LANES,
  LOAD,
  PUBLISH,
  QUEUES,
  RECORD,
  REMAKE_PAUSE,
  REMAKES_MAX,
  SHARD_LEASES,
  STORAGE,
} from './policies.ts'
import { runShards } from './shards.ts'
import { createView, type View } from './view.ts'

const record = proxyLocalActivities<RecordActivities>(RECORD)
const storage = proxyActivities<StorageActivities>({ ...STORAGE, taskQueue: QUEUES.storage })
const publishing = proxyActivities<StorageActivities>({ ...PUBLISH, taskQueue: QUEUES.storage })

const loading = proxyActivities<StorageActivities>({ ...LOAD, taskQueue: QUEUES.storage })

/** Files merged at once. */
const MERGES_AT_ONCE = 16

/** `paused` and `lanes` are given when the job is paused already, or goes on in a new run. */
export type GenerationArgs = RunArgs & Partial<Steering>

export async function generation(args: GenerationArgs): Promise<void> {
  const { jobId, run } = args
  const steering = { paused: args.paused ?? false, lanes: args.lanes ?? LANES }
  const control = createControl(steering)
  const view = createView(control)
  obey(control, view.refresh)
  try {
    await runUntilWhole({ jobId, run }, view)
    await record.completeJob({ jobId, run })
    view.enter('completed')
  } catch (error) {
    const { paused, lanes } = control
    if (typeOf(error) === HISTORY_FULL)
      await continueAsNew<typeof generation>({ jobId, run, paused, lanes })
    await CancellationScope.nonCancellable(() => end({ jobId, run }, error))
    view.enter(isCancellation(error) ? 'cancelled' : 'failed')
    throw error
  }
}

/** Makes again what turned out to be gone; a store that loses its parts every time ends it. */
async function runUntilWhole(args: RunArgs, view: View): Promise<void> {
  for (let remakes = 0; !(await runOnce(args, view)); remakes++) {
    if (remakes === REMAKES_MAX)
      throw ApplicationFailure.nonRetryable(
        'Stored parts were missing or damaged again and again. Check the part store, then retry the job.',
        'part_missing',
      )
    if (remakes > 0) await sleep(REMAKE_PAUSE, { summary: 'before lost parts are made again' })
    await storage.dropLostParts.executeWithOptions({ summary: 'look for lost parts' }, [
      { jobId: args.jobId },
    ])
  }
}

/** False when a stored part turned out to be gone: what is missing must be made again. */
async function runOnce(args: RunArgs, view: View): Promise<boolean> {
  const { jobId } = args
  const plan = await record.planJob({ jobId })
  try {
    await generate(plan, args.run, view)
    await publish(plan, view)
    return true
  } catch (error) {
    if (typeOf(error) === 'part_missing') return false
    throw error
  }
}

const filesOf = ({ tables }: JobPlan): string =>
  tables.length === 1 ? 'the file' : `${tables.length} files`

/** The files are hashed behind the chunks while these are made, and merged when all are there. */
async function generate(plan: JobPlan, run: number, view: View): Promise<void> {
  const { jobId } = plan
  view.planned(plan, leasesOf(plan).length)
  view.enter('generating')
  const hashing = new CancellationScope()
  const hashed = hashing
    .run(() =>
      storage.hashOutputs.executeWithOptions({ summary: `hash ${filesOf(plan)}` }, [{ jobId }]),
    )
    .then(
      () => null,
      (error: unknown) => ({ error: asError(error) }),
    )
  try {
    await runAllLeases(plan, run, view)
    await merge(plan, view)
    const outcome = await hashed
    if (outcome) throw outcome.error
  } finally {
    hashing.cancel()
  }
}

async function merge(plan: JobPlan, view: View): Promise<void> {
  const { jobId } = plan
  view.enter('merging')
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

async function runAllLeases(plan: JobPlan, run: number, view: View): Promise<void> {
  const leases = leasesOf(plan)
  const { control } = view
  if (leases.length > SHARD_LEASES)
    await runShards(plan, leases.length, { run, control, onDone: view.made })
  else await runLeases(plan, leases, { control, onDone: () => view.made(1) })
}

async function publish(plan: JobPlan, view: View): Promise<void> {
  const { jobId } = plan
  view.enter('publishing')
  await publishing.writeManifest.executeWithOptions({ summary: 'write the manifest' }, [{ jobId }])
  if (plan.load) await load(plan)
  for (const publisher of plan.publishers)
    await publishing.publishOutput.executeWithOptions({ summary: `publish to ${publisher}` }, [
      { jobId, publisher },
    ])
  if (!plan.arweave) return
  for (const [tableNo, { name }] of plan.tables.entries()) {
    const args = { jobId, tableNo }
    while (!(await payOnce(args, name))) view.refresh()
  }
}

/** Parents first, as the plan has them. */
async function load({ jobId, tables }: JobPlan): Promise<void> {
  await loading.prepareLoad.executeWithOptions({ summary: 'prepare the database' }, [{ jobId }])
  for (const [tableNo, { name }] of tables.entries())
    await loading.loadOutput.executeWithOptions({ summary: `load ${name}` }, [{ jobId, tableNo }])
  await loading.finishLoad.executeWithOptions({ summary: 'finish the database' }, [{ jobId }])
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

async function end(args: RunArgs, error: unknown): Promise<void> {
  if (isCancellation(error)) await record.cancelJob(args)
  else await record.failJob({ ...args, error: errorOf(error) })
}
