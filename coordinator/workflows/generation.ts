// Generates the tables of a job: leases, merge, publish.

import { CancellationScope, proxyActivities } from '@temporalio/workflow'
import type { StorageActivities } from './activity-types.ts'
import { asError, typeOf } from './failures.ts'
import { type JobPlan, leasesOf } from './job-plan.ts'
import { type RunJobArgs, runJob } from './job-run.ts'
import { runLeases } from './lanes.ts'
import { LOAD, PUBLISH, QUEUES, SHARD_LEASES, STORAGE } from './policies.ts'
import { runShards } from './shards.ts'
import type { View } from './view.ts'

const storage = proxyActivities<StorageActivities>({ ...STORAGE, taskQueue: QUEUES.storage })
const publishing = proxyActivities<StorageActivities>({ ...PUBLISH, taskQueue: QUEUES.storage })

const loading = proxyActivities<StorageActivities>({ ...LOAD, taskQueue: QUEUES.storage })

/** Files merged at once. */
const MERGES_AT_ONCE = 16

export function generation(args: RunJobArgs): Promise<void> {
  return runJob(args, async (plan, { run }, view) => {
    await generate(plan, run, view)
    await publish(plan, view)
  })
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
