// The fleet follows its load: more workers for a burst, and the few of before when it is over, with no job the worse for it.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { restOf } from '#test/support/rest.ts'
import { type TestStack, testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const FEWEST = 3
const MOST = 6
/** Waits of minutes, in seconds: what follows from what is the same. */
const SETTINGS = {
  SYNDATA_SCALING_MIN: String(FEWEST),
  SYNDATA_SCALING_MAX: String(MOST),
  SYNDATA_SCALING_TICK_SECONDS: '0.5',
  SYNDATA_SCALING_UP_AFTER_SECONDS: '0.5',
  SYNDATA_SCALING_DOWN_AFTER_SECONDS: '3',
  SYNDATA_SCALING_COOL_DOWN_SECONDS: '2',
  SYNDATA_SCALING_DRAIN_SECONDS: '30',
}
/** More leases than slots, for some seconds. */
const BURST = { rows: 8_000_000, chunk_rows: 5_000 }
/** Too little to keep anybody busy. */
const TRICKLE = { rows: 15_000, chunk_rows: 5_000 }
const ENDED_MS = 90_000

type Decided = {
  action: string
  at: string
  reason: string
  places: Record<string, number>
  figures: { queue: number; total: number }
}

test('three workers become six under a burst and three again after it', async (t) => {
  const fleet = await testStack(t, {
    workers: FEWEST,
    env: { scheduler: SETTINGS, worker: { SYNDATA_THREADS: '1' } },
  })
  const { stack, submit, assertWhole, query } = fleet
  const decisions = decisionsOf(fleet)
  const begun = await now(fleet)
  const burst = [await submit(PEOPLE, BURST), await submit(PEOPLE, BURST)]
  await waitFor(async () => (await connected(fleet)) === MOST, {
    what: `${MOST} workers`,
    timeoutMs: ENDED_MS,
  })
  const [add] = await decisions('add')
  assert.ok(add, 'nothing was decided')
  assert.match(add.reason, /leases wait|CPU at/)
  assert.ok(add.figures.queue > 5, 'what waits in Temporal was not seen')
  assert.equal(total(add), MOST - FEWEST)
  t.diagnostic(`the burst was noticed after ${Math.round(Date.parse(add.at) - begun)} ms`)
  // Whoever leads next goes on from what is in Postgres.
  stack.kill('scheduler')
  const jobs = []
  for (const jobId of burst) jobs.push(await assertWhole(jobId, PEOPLE, BURST))
  const ends = await query<{ ms: number }>(
    'select extract(epoch from max(finished_at))::float8 * 1000 as ms from jobs',
  )
  assert.ok(Date.parse(add.at) < (ends[0]?.ms ?? 0), 'more workers came only after the burst')

  while ((await connected(fleet)) > FEWEST) {
    assert.ok((await now(fleet)) - begun < 2 * ENDED_MS, 'the fleet does not shrink')
    jobs.push(await assertWhole(await submit(PEOPLE, TRICKLE), PEOPLE, TRICKLE))
  }
  const gone = async () => (await decisions('removed')).reduce((sum, one) => sum + total(one), 0)
  await waitFor(async () => (await gone()) === MOST - FEWEST, { what: 'the removals to be told' })
  assert.ok(jobs.length > burst.length, 'no job ran while workers left')
  for (const { reassigned, retries } of jobs)
    assert.deepEqual({ reassigned, retries }, { reassigned: 0, retries: 0 })
  const [lost] = await query<{ leases: number }>(
    'select sum(leases_lost)::int as leases from workers',
  )
  assert.equal(lost?.leases, 0, 'a lease was cut short and made again')
  await assertRecord(t, fleet, begun)
})

/** Oldest first. */
const decisionsOf =
  ({ stack }: TestStack) =>
  async (action: string): Promise<Decided[]> => {
    const { body } = await restOf(stack)(
      'GET',
      `/api/fleet/decisions?action=${action}&page_size=100`,
    )
    return (body['decisions'] as Decided[]).toReversed()
  }

const total = ({ places }: Decided): number =>
  Object.values(places).reduce((sum, count) => sum + count, 0)

async function connected({ query }: TestStack): Promise<number> {
  const rows = await query(`select 1 from workers where coordinator_id is not null`)
  return rows.length
}

async function now({ query }: TestStack): Promise<number> {
  const [row] = await query<{ ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
  )
  return row?.ms ?? 0
}

/** What was done stands in the record and in the metrics: in order, within the limits, and nothing undone. */
async function assertRecord(t: TestContext, fleet: TestStack, begunMs: number): Promise<void> {
  const { stack } = fleet
  const { body } = await restOf(stack)('GET', '/api/fleet/decisions?page_size=100')
  const all = (body['decisions'] as Decided[]).toReversed()
  const steps = all.filter(({ action }) => action !== 'hold')
  const order = steps.map(({ action }) => action)
  assert.deepEqual([...new Set(order)], ['add', 'verified', 'remove', 'removed'], order.join(' '))
  for (const { figures } of all) assert.ok(figures.total >= FEWEST && figures.total <= MOST)
  for (const step of all) {
    const afterMs = Math.round(Date.parse(step.at) - begunMs)
    t.diagnostic(`${afterMs} ms: ${step.action} ${total(step)}: ${step.reason}`)
  }
  const metrics = await (
    await fetch(`${stack.rest_url}/metrics`, { headers: { 'x-api-key': stack.admin.api_key } })
  ).text()
  assert.match(metrics, /syndata_scaling_decisions_total\{pool="cpu",action="add"\} \d/)
  assert.match(metrics, /syndata_scaling_workers\{pool="cpu",state="active"\} 3/)
}
