// The outbox on a real Postgres and a real Temporal server. No worker runs: a run stays as the outbox left it.

import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { defaultPayloadConverter } from '@temporalio/common'
import temporalProto from '@temporalio/proto'
import { pino } from 'pino'
import type { Database } from '#coordinator/database/database.ts'
import { createNotifications } from '#coordinator/database/notifications.ts'
import { workflowIdOf } from '#coordinator/jobs/job-kind.ts'
import { QUEUES } from '#coordinator/workflows/policies.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { startTestTemporal, type TestTemporal } from '#test/support/temporal.ts'
import { waitFor } from '#test/support/wait-for.ts'
import { createOutbox } from './outbox.ts'

let temporal: TestTemporal
before(async () => {
  temporal = await startTestTemporal()
})
after(() => temporal.close())

const log = pino({ level: 'silent' })
let jobs = 0

type Office = {
  database: Database
  jobId: string
  /** Writes actions as callers do, in one transaction. */
  write: (...actions: string[]) => Promise<void>
  open: () => void
  untilEmpty: () => Promise<void>
}

/** A job that nothing has been done for; its id is new on the shared Temporal server. */
async function office(t: TestContext, { status = 'pending' } = {}): Promise<Office> {
  const { database, url } = await testDatabase(t)
  const jobId = await insertJob(database, { jobId: `outbox_${++jobs}`, status })
  const notifications = await createNotifications(url, { onError: () => undefined })
  t.after(() => notifications.close())
  return {
    database,
    jobId,
    write: (...actions) =>
      database.transaction(async (sql) => {
        for (const action of actions)
          await sql.query('insert into outbox (job_id, action) values ($1, $2)', [jobId, action])
      }),
    open() {
      const outbox = createOutbox({ database, notifications, client: temporal.client, log })
      t.after(() => outbox.close())
    },
    untilEmpty: () =>
      waitFor(async () => (await database.query('select 1 from outbox')).length === 0, {
        what: 'an empty outbox',
        timeoutMs: 60_000,
      }),
  }
}

const handleOf = (jobId: string) => temporal.client.workflow.getHandle(workflowIdOf(jobId))

/** What was told to the run, in order: its arguments, its signals, its cancellation. */
async function toldTo(jobId: string): Promise<unknown[]> {
  const { events } = await handleOf(jobId).fetchHistory()
  return (events ?? []).flatMap((event) => {
    const started = event.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]
    if (started) return [defaultPayloadConverter.fromPayload(started)]
    const signal = event.workflowExecutionSignaledEventAttributes?.signalName
    if (signal) return [signal]
    return event.workflowExecutionCancelRequestedEventAttributes ? ['cancel'] : []
  })
}

/** Ends a run as a workflow that returns does. */
async function completeRun(): Promise<void> {
  const { connection, workflowService } = temporal.client
  const { namespace } = temporal
  const { taskToken } = await connection.withDeadline(Date.now() + 30_000, () =>
    workflowService.pollWorkflowTaskQueue({
      namespace,
      taskQueue: { name: QUEUES.workflows },
      identity: 'test',
    }),
  )
  const { CommandType } = temporalProto.temporal.api.enums.v1
  await workflowService.respondWorkflowTaskCompleted({
    namespace,
    taskToken,
    commands: [
      {
        commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
        completeWorkflowExecutionCommandAttributes: {},
      },
    ],
  })
}

test('a start makes the run that an operator can read', async (t) => {
  const { jobId, write, open, untilEmpty } = await office(t)
  await write('start')
  open()
  await untilEmpty()
  const run = await handleOf(jobId).describe()
  assert.equal(run.status.name, 'RUNNING')
  assert.equal(run.type, 'generation')
  assert.equal(run.taskQueue, QUEUES.workflows)
  assert.deepEqual(run.memo, { run: 0 })
  assert.equal(run.priority?.priorityKey, 3)
  assert.equal(run.priority?.fairnessKey, 'p')
  assert.deepEqual(
    Object.fromEntries(
      run.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    ),
    {
      TenantId: 'p',
      JobKind: 'generate',
      JobStatus: 'queued',
      Region: ['any'],
      Rows: 40,
      PercentComplete: 0,
    },
  )
  assert.equal(await run.staticSummary(), 'a job: 40 rows as csv')
  assert.match((await run.staticDetails()) ?? '', /Tables: t\n\nJob outbox_/)
})

test('a start that is delivered twice, at once or after the end, makes one run', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await write('start', 'start')
  open()
  open()
  await untilEmpty()
  const { runId } = await handleOf(jobId).describe()
  await handleOf(jobId).terminate()
  await write('start')
  await untilEmpty()
  const now = await handleOf(jobId).describe()
  assert.deepEqual([now.runId, now.status.name], [runId, 'TERMINATED'])
  await database.query(`update jobs set status = 'cancelled'`)
  await write('start')
  await untilEmpty()
  assert.equal((await handleOf(jobId).describe()).runId, runId)
})

test('a retry starts a new run, once, and only when the run before has ended', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await write('start')
  open()
  await untilEmpty()
  const first = await handleOf(jobId).describe()
  await database.query('update jobs set runs = 1')
  await write('start')
  await waitFor(
    async () =>
      (await database.query(`select 1 from outbox where last_error like '%not ended yet%'`))
        .length === 1,
    { what: 'a refused start' },
  )
  await handleOf(jobId).terminate()
  await untilEmpty()
  const second = await handleOf(jobId).describe()
  assert.notEqual(second.runId, first.runId)
  assert.deepEqual(second.memo, { run: 1 })
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 1, paused: false }])
  await write('start')
  await untilEmpty()
  assert.equal((await handleOf(jobId).describe()).runId, second.runId)
})

test('a job cancelled as its run completed can be retried', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await write('start')
  open()
  await untilEmpty()
  await drainRunsBut(jobId)
  await completeRun()
  assert.equal((await handleOf(jobId).describe()).status.name, 'COMPLETED')
  await database.query('update jobs set runs = 1')
  await write('start')
  await untilEmpty()
  const { status, memo } = await handleOf(jobId).describe()
  assert.deepEqual([status.name, memo], ['RUNNING', { run: 1 }])
})

/** Ends what earlier tests left, so that the next workflow task is this job's. */
async function drainRunsBut(jobId: string): Promise<void> {
  for (let n = 1; n <= jobs; n++) {
    const other = `outbox_${n}`
    if (other !== jobId)
      await handleOf(other)
        .terminate()
        .catch(() => undefined)
  }
}

test('whatever overtakes what, with two replicas at work: the run hears the job’s status last', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await write('start')
  open()
  open()
  await untilEmpty()
  await database.query(`update jobs set status = 'generating'`)
  await write('pause', 'resume', 'pause', 'resume')
  await untilEmpty()
  assert.equal((await toldTo(jobId)).at(-1), 'resume')
  await database.query(`update jobs set status = 'paused'`)
  await write('resume', 'pause', 'pause')
  await untilEmpty()
  const told = await toldTo(jobId)
  assert.deepEqual(told[0], { jobId, run: 0, paused: false })
  assert.equal(told.at(-1), 'pause')
})

test('a cancel reaches the run it was meant for, never the retry that follows', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await write('start')
  open()
  await untilEmpty()
  await database.query(`update jobs set runs = 1`)
  await write('cancel', 'start')
  await waitFor(async () => (await toldTo(jobId)).includes('cancel'), { what: 'the cancel' })
  await handleOf(jobId).terminate()
  await untilEmpty()
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 1, paused: false }])
  await write('cancel')
  await untilEmpty()
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 1, paused: false }])
  await database.query(`update jobs set status = 'cancelled'`)
  await write('cancel')
  await untilEmpty()
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 1, paused: false }, 'cancel'])
})

test('a run whose cancel was taken for an older one’s ends all the same', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await database.query('update jobs set runs = 1')
  await write('start')
  open()
  await untilEmpty()
  // Told while the job row still says run 1: the cancel that ended run 0.
  await write('cancel')
  await untilEmpty()
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 1, paused: false }])
  await database.query('update jobs set runs = 3')
  await write('start', 'pause', 'cancel', 'start')
  await waitFor(async () => (await toldTo(jobId)).includes('cancel'), { what: 'the cancel' })
  await handleOf(jobId).terminate()
  await untilEmpty()
  assert.deepEqual((await toldTo(jobId))[0], { jobId, run: 3, paused: false })
  assert.ok(!(await toldTo(jobId)).includes('cancel'))
})

test('a job cancelled before its start is told never starts', async (t) => {
  const { jobId, write, open, untilEmpty } = await office(t, { status: 'cancelled' })
  await write('start', 'cancel')
  open()
  await untilEmpty()
  await assert.rejects(handleOf(jobId).describe(), { name: 'WorkflowNotFoundError' })
})

test('a job paused before its start is paused from its first step', async (t) => {
  const { jobId, write, open, untilEmpty } = await office(t, { status: 'paused' })
  await write('start', 'pause')
  open()
  await untilEmpty()
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 0, paused: true }, 'pause'])
})

test('what is told to a run that is over or unknown is dropped', async (t) => {
  const { jobId, write, open, untilEmpty } = await office(t)
  await write('pause', 'cancel')
  open()
  await untilEmpty()
  await assert.rejects(handleOf(jobId).describe(), { name: 'WorkflowNotFoundError' })
})

test('while Temporal is down everything stays, and is told in order once it is back', async (t) => {
  const { jobId, database, write, open, untilEmpty } = await office(t)
  await temporal.halt()
  await database.query(`update jobs set status = 'paused'`)
  await write('start', 'pause')
  open()
  await waitFor(
    async () => (await database.query('select 1 from outbox where attempts > 0')).length === 1,
    { what: 'a first try' },
  )
  assert.equal((await database.query('select 1 from outbox')).length, 2)
  await temporal.start()
  await untilEmpty()
  assert.deepEqual(await toldTo(jobId), [{ jobId, run: 0, paused: true }, 'pause'])
})
