// A big job's leases as child workflows, a few at a time, each following what operators tell the job.

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  condition,
  ParentClosePolicy,
  setHandler,
  startChild,
} from '@temporalio/workflow'
import { type Control, leasesMade, type Steering, steer } from './control.ts'
import type { JobPlan } from './job-plan.ts'
import { SHARD_LEASES, SHARDS_AT_ONCE, WORKFLOW_TASK } from './policies.ts'
import { generationShard } from './shard.ts'
import { runWindow } from './window.ts'

type Range = { no: number; from: number; to: number }
type Options = { run: number; control: Control; onDone: (leases: number) => void }

/** Resolves when the plan's `leases` are done; the first failure cancels the other shards and is thrown. */
export async function runShards(plan: JobPlan, leases: number, options: Options): Promise<void> {
  const tally = createTally(options.onDone)
  setHandler(leasesMade, tally)
  await runWindow(
    shardsOf(leases),
    (running) => running < SHARDS_AT_ONCE,
    async (range) => {
      await runShard(plan, { ...range, of: leases }, options)
      tally({ from: range.from, done: range.to - range.from })
    },
  )
}

/** Passes on what is new in what shards say; a shard that goes on in a new run counts from 0 again. */
function createTally(onDone: (leases: number) => void) {
  const counted = new Map<number, number>()
  return ({ from, done }: { from: number; done: number }): void => {
    const before = counted.get(from) ?? 0
    if (done <= before) return
    counted.set(from, done)
    onDone(done - before)
  }
}

const shardsOf = (leases: number): Range[] =>
  Array.from({ length: Math.ceil(leases / SHARD_LEASES) }, (_, no) => ({
    no,
    from: no * SHARD_LEASES,
    to: Math.min((no + 1) * SHARD_LEASES, leases),
  }))

async function runShard(
  plan: JobPlan,
  { no, from, to, of }: Range & { of: number },
  { run, control }: Options,
): Promise<void> {
  const { paused, lanes } = control
  const child = await startChild(generationShard, {
    workflowId: shardId(plan.jobId, run, no),
    workflowTaskTimeout: WORKFLOW_TASK.timeout,
    args: [{ plan, from, to, paused, lanes }],
    cancellationType: ChildWorkflowCancellationType.TRY_CANCEL,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    priority: { priorityKey: plan.priorityKey, fairnessKey: plan.tenant.slice(0, 64) },
    staticSummary: `${plan.name}: leases ${from + 1} to ${to} of ${of}`,
  })
  const following = new CancellationScope()
  following.run(() => follow(child, control, { paused, lanes })).catch(() => undefined)
  try {
    await child.result()
  } finally {
    following.cancel()
  }
}

/** A retry's shards must not meet those of the run before, which may still be ending. */
const shardId = (jobId: string, run: number, no: number): string =>
  run === 0 ? `generation/${jobId}/shard-${no}` : `generation/${jobId}/retry-${run}/shard-${no}`

/** Passes changes on to a shard, from the steering that it was started with; ends with its scope. */
async function follow(
  child: ChildWorkflowHandle<typeof generationShard>,
  control: Control,
  told: Steering,
): Promise<void> {
  let { paused, lanes } = told
  for (;;) {
    await condition(() => control.paused !== paused || control.lanes !== lanes)
    ;({ paused, lanes } = control)
    await child.signal(steer, { paused, lanes })
  }
}
