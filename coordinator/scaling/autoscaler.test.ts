// The autoscaler on a real Postgres: what it sees there, what it writes, what it does.

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { pino } from 'pino'
import type { Database, Sql } from '#coordinator/database/database.ts'
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
  await addWorker(database, {
    id: 'graphic',
    gpus: 1,
    load: { cpu: 0.1, memory_bytes: 1, memory_total_bytes: 4 },
  })
  await addWorker(database, { id: 'new', load: {} })
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
  assert.equal(seen.workers.length, 3)
  assert.partialDeepStrictEqual(seen.workers, [
    {
      ...{ id: 'busy', state: 'active', connected: true, pool: 'cpu' },
      // Half of four cores is all of the two that it may use.
      ...{ cpu: 1, memory: 0.75, leases: 2, trainings: 0, unacknowledged: 2 },
    },
    {
      ...{ id: 'graphic', state: 'active', connected: true, pool: 'gpu' },
      // A tenth of four cores, and a training, which computes beside it, in one of two slots.
      ...{ cpu: 0.7, memory: 0.25, leases: 1, trainings: 1, unacknowledged: 0 },
    },
    { id: 'new', cpu: null, memory: null },
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

test('workers with a GPU are a pool of their own: their load, their limits and their provider', async (t) => {
  const database = await place(t)
  await addWorker(database, { id: 'plain' })
  await addWorker(database, {
    id: 'graphic',
    gpus: 1,
    load: { cpu: 0.5, memory_bytes: 1, memory_total_bytes: 10 },
  })
  const both = ['plain', 'graphic'].map((name) => ({ name, region: 'us-west' }))
  const [plain, graphic] = [providerOf([...both]), providerOf([...both])]
  const gpu = { min: 0, max: 2, regions: [{ region: 'us-west', floor: 0 }] }
  const tick = createAutoscaler({
    providers: { cpu: plain.provider, gpu: graphic.provider },
    policy: { ...POLICY, pools: { ...POLICY.pools, gpu } },
    log,
    look: (sql) => look({ sql, backlogs: backlogs(0) }),
  })
  for (let looks = 0; looks < 4; looks++) await tick(database, bound)
  assert.deepEqual([plain.calls, graphic.calls], [[], ['add 1 us-west']])
  const pools = await database.query<{ pool: string; figures: { total: number } }>(
    'select pool, figures from scaling_pools order by pool',
  )
  assert.deepEqual(
    pools.map(({ pool, figures }) => [pool, figures.total]),
    [
      ['cpu', 1],
      ['gpu', 2],
    ],
  )
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
