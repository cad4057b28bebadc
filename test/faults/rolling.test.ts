// An update as operators do it: every process is told to stop, and started again, while jobs run and people watch.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { StackPlan } from '#scripts/stack/stack-plan.ts'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { openEvents } from '#test/support/server-events.ts'
import { type TestStack, testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const MANY = { rows: 6_000_000 }
const COORDINATORS = ['coordinator-1', 'coordinator-2']
const WORKERS = ['worker-1', 'worker-2', 'worker-3', 'worker-4']

test('processes that are stopped and started in turn', async (t) => {
  const planned = Promise.withResolvers<StackPlan>()
  const fleet = await testStack(t, {
    workers: WORKERS.length,
    coordinators: COORDINATORS.length,
    env: { coordinator: { SYNDATA_DRAIN_SECONDS: '1' } },
    onPlan: planned.resolve,
  })
  const plan = await planned.promise
  await t.test('ready says why not', () => saysWhyNot(fleet, plan))
  await t.test('all of them, while a job runs', (t) => restartAll(t, fleet, plan))
  await t.test('workers as Kubernetes rolls them out', () => rollOutWorkers(fleet))
})

async function saysWhyNot({ stack }: TestStack, plan: StackPlan): Promise<void> {
  const [url, parts] = [`${stack.rest_url}/api/ready`, `${plan.partsUrl}/ready`]
  for (const asked of [url, parts]) assert.deepEqual(await ready(asked), [200, []])
  await stack.halt('temporal')
  for (const asked of [url, parts])
    await waitFor(async () => (await ready(asked))[1].includes('Temporal does not answer.'), {
      what: `a reason from ${asked}`,
    })
  stack.kill('parts')
  await waitFor(async () => (await ready(parts))[1].includes('It is starting.'), {
    what: 'uploads to be taken while the rest cannot start',
  })
  await stack.restart('temporal')
  for (const asked of [url, parts])
    await waitFor(async () => (await ready(asked))[0] === 200, { what: `${asked} to be ready` })
}

async function restartAll(t: TestContext, fleet: TestStack, plan: StackPlan): Promise<void> {
  const { stack, query, submit, untilShare, assertWhole } = fleet
  const jobId = await submit(PEOPLE, MANY)
  await untilShare(jobId, 0.05)
  const leaves = watchLeaving(t, fleet, { plan, jobId })
  const inTurn = async (names: string[]) => {
    for (const name of names) await stack.restart(name)
  }
  await Promise.all([inTurn([...COORDINATORS, 'parts']), inTurn(WORKERS), leaves])
  const job = await assertWhole(jobId, PEOPLE, MANY)
  assert.equal(job.retries, 0, 'a restart burns no attempts')
  assert.equal(await lostLeases(query), 0, 'who stops in order loses nothing')
  for (const name of COORDINATORS) {
    const log = await readFile(stack.logOf(name), 'utf8')
    assert.match(log, /"msg":"stopped"/)
    assert.doesNotMatch(log, REPEATED)
  }
}

/** SIGTERM, SIGKILL once the pod's time is over, the next pod; the last one has no time at all. */
async function rollOutWorkers({ stack, query, submit, untilShare, assertWhole }: TestStack) {
  const [config, request] = [{ ...PEOPLE, seed: 2 }, { rows: 4_000_000 }]
  const jobId = await submit(config, request)
  await untilShare(jobId, 0.05)
  const before = await lostLeases(query)
  for (const name of WORKERS.slice(1)) {
    assert.equal(await endPod(stack, name, graceOfPods()), 'in time', name)
    await stack.waitHealthy(name)
  }
  assert.equal(await lostLeases(query), before, 'who stops in its time loses nothing')
  await endPod(stack, WORKERS[0] ?? '', 0)
  const job = await assertWhole(jobId, config, request)
  assert.equal(job.retries, 0, 'a rollout burns no attempts')
  for (const name of COORDINATORS)
    assert.doesNotMatch(await readFile(stack.logOf(name), 'utf8'), REPEATED)
}

const REPEATED = /a chunk was made that the ledger had/

async function lostLeases(query: TestStack['query']): Promise<number> {
  const [row] = await query<{ lost: number }>('select sum(leases_lost)::int as lost from workers')
  return row?.lost ?? 0
}

/** What k8s/ gives workers between the two signals. */
function graceOfPods(): number {
  const text = readFileSync(new URL('../../k8s/worker/worker.yaml', import.meta.url), 'utf8')
  return 1_000 * Number(/terminationGracePeriodSeconds: (\d+)/.exec(text)?.[1])
}

async function endPod({ pidOf, kill }: TestStack['stack'], name: string, graceMs: number) {
  const pid = pidOf(name)
  kill(name, 'SIGTERM')
  const until = performance.now() + graceMs
  while (performance.now() < until) {
    if (pidOf(name) !== pid) return 'in time'
    await delay(20)
  }
  kill(name, 'SIGKILL')
  return 'killed'
}

/** The first coordinator, as its callers see it go: not ready, yet it answers; then the stream of events ends. */
async function watchLeaving(
  t: TestContext,
  { stack }: TestStack,
  { plan, jobId }: { plan: StackPlan; jobId: string },
): Promise<void> {
  const [first, second] = plan.coordinators.map(({ url }) => url)
  const headers = { 'x-api-key': stack.admin.api_key }
  const events = await openEvents(t, `${first}/api/jobs/${jobId}/events`, headers)
  await waitFor(async () => (await ready(`${first}/api/ready`))[1].includes('It is stopping.'), {
    what: 'the first coordinator to leave',
  })
  const health = await fetch(`${first}/api/health`)
  assert.deepEqual([health.status, health.headers.get('connection')], [200, 'close'])
  const seen = await events.rest()
  assert.ok(seen.length > 0 && seen.every(({ event }) => event !== 'done'))
  const last = seen.findLast(({ id }) => id !== null)?.id ?? '0'
  const resumed = { ...headers, 'last-event-id': last }
  const next = await openEvents(t, `${second}/api/jobs/${jobId}/events`, resumed)
  const goesOn = (await next.next())?.id
  assert.ok(goesOn === null || Number(goesOn) > Number(last))
  next.close()
}

/** Status and reasons; 0 while nothing answers. */
async function ready(url: string): Promise<[number, string[]]> {
  const response = await fetch(url).catch(() => null)
  if (response === null) return [0, []]
  const { reasons = [] } = (await response.json()) as { reasons?: string[] }
  return [response.status, reasons]
}
