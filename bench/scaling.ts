// The fleet that sizes itself, with real workers: from three to fifteen under a burst and back to three, with jobs running
// all the while. What it costs them has to be nothing: the same bytes, no chunk made twice.

import { setTimeout as delay } from 'node:timers/promises'
import type { Api, Job } from '#scripts/demo/api.ts'
import { expectedCids } from '#test/support/expected-cids.ts'
import { measured, type Row } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { type Decision, decisionsOf } from './support/decisions.ts'
import { request } from './support/jobs.ts'
import { madeTwice } from './support/made-twice.ts'
import { say } from './support/say.ts'
import { settings } from './support/settings.ts'

const row = measured('scaling')
const [FEWEST, MOST] = [3, 15]
const DRAIN_S = 60
/** Its defaults, but for the waits between steps: they would be most of the bench. */
const SCHEDULER = {
  SYNDATA_SCALING_MIN: String(FEWEST),
  SYNDATA_SCALING_MAX: String(MOST),
  SYNDATA_SCALING_COOL_DOWN_SECONDS: '5',
  SYNDATA_SCALING_DOWN_AFTER_SECONDS: '10',
  SYNDATA_SCALING_DRAIN_SECONDS: String(DRAIN_S),
}
/** The same bytes each time, so that they are stored once. */
const SEED = 42
const TRICKLE_ROWS = 30_000
const IN_FLIGHT = 3
const PHASE_MS = 10 * 60_000
const LOOK_AGAIN_MS = 500

export async function scalingBench(): Promise<Row[]> {
  const env = {
    coordinator: { LOG_LEVEL: 'info' },
    scheduler: SCHEDULER,
    worker: { SYNDATA_THREADS: '1' },
  }
  // Made here before the machine has anything else to do.
  for (const rows of [settings.scalingRows, TRICKLE_ROWS]) expectedCid(rows)
  return withStack({ workers: FEWEST, env }, async (bench) => {
    const begunMs = Date.now()
    const grown = await burst(bench)
    const shrunk = await trickle(bench)
    return rowsOf(bench, { begunMs, jobs: [...grown.jobs, ...shrunk.jobs], grown, shrunk })
  })
}

type Phase = { tookMs: number; jobs: Job[] }

/** Jobs side by side until there are as many workers as there may be; then those end. */
async function burst({ api }: BenchStack): Promise<Phase> {
  const startedMs = performance.now()
  const jobs: Job[] = []
  let tookMs = Number.NaN
  const one = async (): Promise<void> => {
    while (Number.isNaN(tookMs)) {
      if (performance.now() - startedMs > PHASE_MS) throw new Error('the fleet does not grow')
      jobs.push(await runJob(api, settings.scalingRows))
    }
  }
  const watch = async (): Promise<void> => {
    await until(async () => (await workersOf(api)) >= MOST, 'the fleet stays as it is')
    tookMs = performance.now() - startedMs
    say(`${MOST} workers after ${Math.round(tookMs)} ms`)
  }
  await Promise.all([watch(), ...Array.from({ length: IN_FLIGHT }, one)])
  return { tookMs, jobs }
}

/** Small jobs, one after the other, until there are as few workers as there may be. */
async function trickle({ api }: BenchStack): Promise<Phase> {
  const startedMs = performance.now()
  const jobs: Job[] = []
  while ((await workersOf(api)) > FEWEST) {
    if (performance.now() - startedMs > PHASE_MS) throw new Error('the fleet does not shrink')
    jobs.push(await runJob(api, TRICKLE_ROWS))
  }
  const tookMs = performance.now() - startedMs
  say(`${FEWEST} workers ${Math.round(tookMs)} ms after the burst, ${jobs.length} jobs meanwhile`)
  await until(async () => (await removedOf(api)) >= MOST - FEWEST, 'the removals are not told')
  return { tookMs, jobs }
}

const bodyOf = (rows: number) => request('ten', { rows, seed: SEED }) as { config: object }

const expectedCid = (rows: number): string | undefined =>
  expectedCids(bodyOf(rows).config, { rows })[0]?.[1]

/** To its end, with the bytes that it must have. */
async function runJob(api: Api, rows: number): Promise<Job> {
  const { job_id: jobId } = await api.submit(bodyOf(rows))
  const job = await api.until(jobId, ({ status }) => status === 'completed', {
    timeoutMs: PHASE_MS,
  })
  if (job.outputs[0]?.cid !== expectedCid(rows)) throw new Error(`job ${jobId} has other bytes`)
  return job
}

async function until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  const untilMs = performance.now() + PHASE_MS
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(otherwise)
    await delay(LOOK_AGAIN_MS)
  }
}

async function workersOf(api: Api): Promise<number> {
  const { regions } = await api.get<{ regions: { connected: number }[] }>('/api/fleet')
  return regions.reduce((sum, { connected }) => sum + connected, 0)
}

const removedOf = async (api: Api): Promise<number> =>
  (await decisionsOf(api))
    .filter(({ action }) => action === 'removed')
    .reduce((sum, { worker_ids }) => sum + worker_ids.length, 0)

type Ran = { begunMs: number; jobs: Job[]; grown: Phase; shrunk: Phase }

async function rowsOf({ stack, api }: BenchStack, ran: Ran): Promise<Row[]> {
  const decisions = await decisionsOf(api)
  for (const { at, action, reason } of decisions)
    say(`${Date.parse(at) - ran.begunMs} ms: ${action}: ${reason}`)
  const of = (action: string): Decision[] => decisions.filter((each) => each.action === action)
  const { jobs, grown, shrunk } = ran
  const overdue = of('kept').filter(({ reason }) => /still had work|told to end/.test(reason))
  const sum = (count: (job: Job) => number): number =>
    jobs.reduce((total, job) => total + count(job), 0)
  return [
    row('a burst, noticed after', Date.parse(of('add')[0]?.at ?? '') - ran.begunMs, 'ms'),
    row(`from ${FEWEST} to ${MOST} workers connected`, grown.tookMs, 'ms'),
    row('steps up', of('add').length, 'steps'),
    row(`from the end of the burst to ${FEWEST} workers`, shrunk.tookMs, 'ms'),
    row('the longest drain, to the end of the worker', longestLeaveMs(decisions), 'ms'),
    row(`workers that had work when their ${DRAIN_S} s were over`, overdue.length, 'workers'),
    row('jobs meanwhile, all with the bytes that they must have', jobs.length, 'jobs'),
    row(
      'chunks that they made',
      sum((job) => job.total_chunks),
      'chunks',
    ),
    row('chunks made twice', madeTwice(stack), 'chunks'),
    row(
      'leases that moved, and retries',
      sum((job) => job.reassigned + job.retries),
      '',
    ),
  ]
}

/** From the decision that a worker leaves to the record that it has. */
function longestLeaveMs(decisions: readonly Decision[]): number {
  const begun = new Map<string, number>()
  const took: number[] = []
  for (const { action, at, worker_ids } of decisions)
    for (const id of worker_ids) {
      if (action === 'remove') begun.set(id, Date.parse(at))
      if (action === 'removed') took.push(Date.parse(at) - (begun.get(id) ?? Number.NaN))
    }
  return Math.max(...took)
}
