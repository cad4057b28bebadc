// Big jobs in shards, on a real Temporal server with scripted activities.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WorkflowFailedError } from '@temporalio/client'
import { assertFails, createGate, failsAs, sum, until } from '#test/support/workflow-script.ts'
import { openStage, planOf, type ScriptedJob, type Stage } from '#test/support/workflow-stage.ts'
import { pause, progress, resume, setConcurrency, steer } from './control.ts'
import { LANES, QUEUES, SHARDS_AT_ONCE, WORKFLOW_TASK } from './policies.ts'
import { generationShard } from './shard.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

/** Shards of the job that are closed or running, by what the server says of them. */
async function shardsOf({ jobId }: ScriptedJob, status: string): Promise<string[]> {
  const ids: string[] = []
  const query = `WorkflowType = 'generationShard' and ExecutionStatus = '${status}'`
  for await (const { workflowId } of stage.temporal.client.workflow.list({ query }))
    if (workflowId.startsWith(`generation/${jobId}/`)) ids.push(workflowId)
  return ids.sort((a, b) => a.localeCompare(b))
}

/** What the UI shows as current details. */
async function detailsOf({ handle }: ScriptedJob): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails: string }>(
    '__temporal_workflow_metadata',
  )
  return currentDetails
}

async function statusOf({ handle }: ScriptedJob): Promise<unknown> {
  const { typedSearchAttributes } = await handle.describe()
  return typedSearchAttributes.getAll().find(({ key }) => key.name === 'JobStatus')?.value
}

test('a big job runs in shards, four at once, which follow lanes, pause and resume', async () => {
  const gate = createGate()
  const job = await stage.start({
    plan: planOf(1_100),
    lease: ({ from }, { signal }) => (from % 250 < LANES ? gate.hold(signal) : Promise.resolve()),
  })
  const { handle } = job
  await until('four shards to be full', () => sum(job.inFlight) === SHARDS_AT_ONCE * LANES)
  assert.equal((await shardsOf(job, 'Running')).length, SHARDS_AT_ONCE)
  await handle.executeUpdate(setConcurrency, { args: [3] })
  await handle.signal(pause)
  const shard = stage.temporal.client.workflow.getHandle(`generation/${job.jobId}/shard-2`)
  await until('the shard to know', async () => (await shard.query(progress)).paused)
  assert.equal((await shard.query(progress)).lanes, 3)
  gate.open()
  await until('leases to end', () => sum(job.inFlight) === 0)
  assert.equal(job.leases.length, SHARDS_AT_ONCE * LANES)
  // Each shard has done 32 of its 250 leases, and tells every 25.
  await until('progress', async () => (await handle.query(progress)).leasesDone === 4 * 25)
  assert.match(
    await detailsOf(job),
    /\*\*paused\*\* \(in generating\)\n\n100 of 1100 leases done \(9 %\)/,
  )
  await until('the status', async () => (await statusOf(job)) === 'paused')
  job.inFlightMax.clear()
  await handle.signal(resume)
  await handle.result()
  assert.equal(job.leases.length, 1_100)
  assert.equal(job.inFlightMax.size, 5)
  for (const [id, most] of job.inFlightMax) assert.ok(most <= 3, `${id}: ${most} in flight`)
  assert.equal((await shardsOf(job, 'Completed')).length, 5)
})

test('a shard obeys what it is told before its first step', async () => {
  const gate = createGate()
  const plan = planOf(3)
  const job = await stage.start({ plan, on: { planJob: () => gate.opened } })
  const shard = await stage.temporal.client.workflow.signalWithStart(generationShard, {
    workflowId: `generation/${job.jobId}/shard-0`,
    taskQueue: QUEUES.workflows,
    workflowTaskTimeout: WORKFLOW_TASK.timeout,
    args: [{ plan, from: 0, to: 3, paused: false, lanes: LANES }],
    signal: steer,
    signalArgs: [{ paused: true, lanes: 1 }],
  })
  const { paused, lanes } = await shard.query(progress)
  assert.deepEqual([paused, lanes], [true, 1])
  assert.equal(job.leases.length, 0)
  await shard.signal(steer, { paused: false, lanes: 1 })
  await shard.result()
  assert.equal(job.leases.length, 3)
  gate.open()
  await job.handle.result()
})

test('cancelling a big job cancels its shards', async () => {
  const gate = createGate()
  const job = await stage.start({
    plan: planOf(600),
    lease: (_, { signal }) => gate.hold(signal),
  })
  await until('shards to be full', () => sum(job.inFlight) === 3 * LANES)
  await job.handle.cancel()
  await assert.rejects(job.handle.result(), WorkflowFailedError)
  assert.equal(job.calls.at(-1), 'cancelJob')
  await until('shards to end', async () => (await shardsOf(job, 'Canceled')).length === 3)
  await until('leases to be told', () => sum(job.inFlight) === 0)
})

test('a dead chunk in one shard fails the job and cancels the other shards', async () => {
  const gate = createGate()
  const job = await stage.start({
    plan: planOf(600),
    async lease({ from }, { signal }) {
      if (from !== 510) return gate.hold(signal)
      await until('shards to be full', () => sum(job.inFlight) === 3 * LANES)
      throw failsAs('poison_chunk', { nonRetryable: true })
    },
  })
  await assertFails(job, { code: 'poison_chunk', message: /it was poison_chunk/ })
  await until('shards to end', async () => (await shardsOf(job, 'Canceled')).length === 2)
  assert.deepEqual(await shardsOf(job, 'Failed'), [`generation/${job.jobId}/shard-2`])
})

test('a shard ended in the UI fails the job as an outside event', async () => {
  const gate = createGate()
  const job = await stage.start({ plan: planOf(300), lease: (_, { signal }) => gate.hold(signal) })
  await until('shards to be full', () => sum(job.inFlight) === 2 * LANES)
  await stage.temporal.client.workflow.getHandle(`generation/${job.jobId}/shard-1`).terminate()
  await assertFails(job, { code: 'infrastructure', message: /ended outside the API/ })
})
