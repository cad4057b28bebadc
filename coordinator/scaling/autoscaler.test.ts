// The autoscaler on a real Postgres: what it sees there, what it writes before it acts, and that one alone acts.

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { pino } from 'pino'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { createLeader } from '#coordinator/scheduler/leader.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { waitFor } from '#test/support/wait-for.ts'
import { createAutoscaler } from './autoscaler.ts'
import { look } from './look.ts'
import type { Provider } from './providers/provider.ts'
import { forgetOldDecisions, listDecisions } from './records.ts'
import { POLICY_DEFAULTS, type Policy } from './settings.ts'
import type { Instance } from './signals.ts'

const log = pino({ level: 'silent' })
const bound = { signal: AbortSignal.timeout(60_000) }
const POLICY: Policy = {
  ...POLICY_DEFAULTS,
  ...{ tickMs: 10, upAfterMs: 0, downAfterMs: 0, coolDownMs: 0, verifyMs: 60_000 },
  pools: { cpu: { min: 1, max: 4, regions: [{ region: 'us-west', floor: 0 }] } },
}

type NewWorker = { id: string; load?: object; slots?: number; gpus?: number; connected?: boolean }

async function addWorker(sql: Sql, worker: NewWorker): Promise<void> {
  const { id, slots = 2, gpus = 0, connected = true } = worker
  const load = worker.load ?? { cpu: 0.1, memory_bytes: 1, memory_total_bytes: 10 }
  await sql.query(
    `insert into workers (id, name, public_key, region, trust, machine, engine_version, slots, coordinator_id, load,
       connected_at, last_seen)
     values ($1, $1, $2, 'us-west', 'trusted', $3, '1', $4, $5, $6, now(), now())`,
    [
      ...[id, Buffer.from(id), { cores: 4, gpus: Array.from({ length: gpus }, () => ({})) }],
      ...[slots, connected ? 'c' : null, load],
    ],
  )
}

async function place(t: TestContext): Promise<Database> {
  const { database } = await testDatabase(t)
  await database.query(`insert into coordinators (id, name) values ('c', 'c')`)
  return database
}

const lease = (sql: Sql, jobId: string, no: number, workers: string[]) =>
  sql.query(
    `insert into leases (id, job_id, table_no, from_chunk, to_chunk, workflow_id, run_id, activity_id, task_token,
       attempt, worker_ids, coordinator_id)
     values ($1, $2, 0, 0, 1, 'w', 'r', $1, 'token', 1, $3, 'c')`,
    [`lease-${no}`, jobId, workers],
  )

const backlogs = (waiting: number) => async (queues: readonly string[]) =>
  new Map(queues.map((queue) => [queue, waiting] as const))

/** Keeps what it is told, and does none of it unless `obeys`. */
function providerOf(instances: Instance[]) {
  const calls: string[] = []
  const provider: Provider = {
    name: 'a double',
    list: async () => [...instances],
    async add({ region, count }) {
      calls.push(`add ${count} ${region}`)
      for (let i = 0; i < count; i++) instances.push({ name: `new-${instances.length}`, region })
    },
    async stop({ instance }) {
      calls.push(`stop ${instance}`)
    },
  }
  return { provider, calls }
}

test('what is seen: shares of what a worker may use, leases, trainings, queues by pool and region', async (t) => {
  const database = await place(t)
  await addWorker(database, {
    id: 'busy',
    load: { cpu: 0.5, memory_bytes: 3, memory_total_bytes: 4, unacknowledged: 2 },
  })
  await addWorker(database, { id: 'graphic', gpus: 1, load: {} })
  await addWorker(database, { id: 'away', connected: false })
  const jobId = await insertJob(database)
  const training = await insertJob(database, { jobId: 'job_2' })
  await database.query(`update jobs set kind = 'train', regions = '{us-west}' where id = $1`, [
    training,
  ])
  await lease(database, jobId, 1, ['busy'])
  await lease(database, jobId, 2, [])
  await lease(database, training, 3, ['busy', 'graphic'])
  const asked: string[] = []
  const seen = await look({
    sql: database,
    backlogs: async (queues) => {
      asked.push(...queues)
      return new Map([
        ['generate', 4],
        ['train.gpu.us-west', 1],
      ])
    },
  })
  assert.deepEqual(asked.sort(), ['generate', 'train.cpu.us-west', 'train.gpu.us-west'])
  assert.equal(seen.reachable, true)
  assert.ok(Math.abs(seen.nowMs - Date.now()) < 60_000)
  assert.equal(seen.workers.length, 2)
  assert.partialDeepStrictEqual(seen.workers, [
    {
      ...{ id: 'busy', state: 'active', connected: true, pool: 'cpu' },
      // Half of four cores is all of the two that it may use.
      ...{ cpu: 1, memory: 0.75, leases: 2, trainings: 0, unacknowledged: 2 },
    },
    {
      ...{ id: 'graphic', state: 'active', connected: true, pool: 'gpu' },
      ...{ cpu: null, memory: null, leases: 1, trainings: 1, unacknowledged: 0 },
    },
  ])
  assert.deepEqual(seen.queues, [
    { pool: 'cpu', regions: [], waiting: 4 },
    { pool: 'gpu', regions: ['us-west'], waiting: 1 },
    { pool: 'cpu', regions: [], waiting: 1 },
  ])
  const blind = await look({ sql: database, backlogs: async () => null })
  assert.equal(blind.queues, null)
})

test('a queue has workers added, once, and what was decided stands written with its figures', async (t) => {
  const database = await place(t)
  await addWorker(database, { id: 'one' })
  await insertJob(database)
  const { provider, calls } = providerOf([{ name: 'one', region: 'us-west' }])
  const tick = createAutoscaler({
    ...{ providers: { cpu: provider }, policy: POLICY, log },
    look: (sql) => look({ sql, backlogs: backlogs(9) }),
  })
  for (let looks = 0; looks < 4; looks++) await tick(database, bound)
  assert.deepEqual(calls, ['add 3 us-west'])
  const { rows, total } = await listDecisions(database, {
    pool: null,
    action: null,
    limit: 10,
    offset: 0,
  })
  assert.equal(total, 1)
  assert.partialDeepStrictEqual(rows[0], {
    ...{ pool: 'cpu', action: 'add', places: { 'us-west': 3 }, workers: [] },
    reason: '9 leases wait, over 5',
    figures: { queue: 9, cpu: 0.2, active: 1, pending: 0, total: 1 },
  })
  for (const id of ['new-1', 'new-2', 'new-3']) await addWorker(database, { id })
  await tick(database, bound)
  const [last] = (
    await listDecisions(database, { pool: 'cpu', action: 'verified', limit: 1, offset: 0 })
  ).rows
  assert.match(last?.reason ?? '', /3 joined within \d+ s/)
  const totals = await database.query(
    'select action, decisions, workers from scaling_totals order by 1',
  )
  assert.deepEqual(totals, [
    { action: 'add', decisions: 1, workers: 3 },
    { action: 'verified', decisions: 1, workers: 3 },
  ])
})

test('a worker drains before it is stopped, and one that is needed again goes on', async (t) => {
  const database = await place(t)
  for (const id of ['one', 'two']) await addWorker(database, { id })
  const jobId = await insertJob(database)
  const names = ['one', 'two'].map((name) => ({ name, region: 'us-west' }))
  const { provider, calls } = providerOf(names)
  const waiting = { leases: 0 }
  const tick = createAutoscaler({
    ...{ providers: { cpu: provider }, policy: POLICY, log },
    look: (sql) => look({ sql, backlogs: (queues) => backlogs(waiting.leases)(queues) }),
  })
  const stateOf = async (state: string) =>
    (await database.query<{ id: string }>('select id from workers where state = $1', [state])).map(
      ({ id }) => id,
    )
  await tick(database, bound)
  await tick(database, bound)
  const [leaving = ''] = await stateOf('draining')
  await lease(database, jobId, 1, [leaving])
  await tick(database, bound)
  await tick(database, bound)
  assert.equal(calls.length, 0, 'it has work')
  waiting.leases = 9
  await tick(database, bound)
  assert.deepEqual(await stateOf('draining'), [], 'it goes on')
  waiting.leases = 0
  await database.query('delete from leases')
  await waitFor(
    async () => {
      await database.query('update workers set last_seen = clock_timestamp()')
      await tick(database, bound)
      return calls.some((call) => call.startsWith('stop'))
    },
    { what: 'an idle worker to be stopped' },
  )
  const [stopped] = await stateOf('draining')
  assert.equal(calls.at(-1), `stop ${stopped}`)
  await database.query(`update workers set coordinator_id = null where id = $1`, [stopped])
  names.splice(
    names.findIndex(({ name }) => name === stopped),
    1,
  )
  await tick(database, bound)
  await tick(database, bound)
  assert.deepEqual(await stateOf('draining'), [])
  const { rows } = await listDecisions(database, {
    pool: 'cpu',
    action: 'removed',
    limit: 1,
    offset: 0,
  })
  assert.deepEqual(rows[0]?.workers, [stopped])
})

test('what a provider refuses is in the record, and costs nobody anything', async (t) => {
  const database = await place(t)
  await addWorker(database, { id: 'one' })
  await insertJob(database)
  const tick = createAutoscaler({
    ...{ policy: POLICY, log, look: (sql) => look({ sql, backlogs: backlogs(9) }) },
    providers: {
      cpu: {
        name: 'a double',
        list: async () => [{ name: 'one', region: 'us-west' }],
        add: () => Promise.reject(new Error('no machines left')),
        stop: async () => undefined,
      },
    },
  })
  for (let looks = 0; looks < 3; looks++) await tick(database, bound)
  const { rows } = await listDecisions(database, {
    pool: null,
    action: 'short',
    limit: 1,
    offset: 0,
  })
  assert.match(rows[0]?.reason ?? '', /0 of 3 joined.*us-west left alone.*no machines left/)
})

test('of two schedulers one works; when its connection is cut the other goes on, and nothing is written twice', async (t) => {
  const { url, database } = await testDatabase(t)
  await database.query('create table ticks (who text, at timestamptz default clock_timestamp())')
  const scheduler = (who: string) =>
    createLeader(
      {
        ...{ url, log },
        work: async (sql) => void (await sql.query('insert into ticks (who) values ($1)', [who])),
      },
      { everyMs: 5 },
    )
  const first = scheduler('first')
  await waitFor(async () => first.isLeading(), { what: 'the first to lead' })
  const second = scheduler('second')
  t.after(async () => {
    await first.close()
    await second.close()
  })
  const writers = async () =>
    (await database.query<{ who: string }>('select distinct who from ticks order by 1')).map(
      ({ who }) => who,
    )
  await waitFor(async () => second.idleMs() < 2_000 && (await writers()).length > 0, {
    what: 'ticks',
  })
  assert.deepEqual(await writers(), ['first'])
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
       and pid <> pg_backend_pid()`,
  )
  await first.close()
  await waitFor(async () => (await writers()).length === 2, { what: 'the second to lead' })
  const turns = await database.query<{ who: string }>('select who from ticks order by at')
  const changes = turns.filter(({ who }, i) => i > 0 && turns[i - 1]?.who !== who)
  assert.equal(changes.length, 1, 'they do not take turns')
})

test('the record is bounded', async (t) => {
  const database = await place(t)
  await database.query(
    `insert into scaling_decisions (pool, action, reason, figures)
     select 'cpu', 'hold', 'n', '{}' from generate_series(1, 10050)`,
  )
  await forgetOldDecisions(database)
  const { total } = await listDecisions(database, { pool: null, action: null, limit: 1, offset: 0 })
  assert.equal(total, 10_000)
})
