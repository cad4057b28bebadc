// What a killed process costs: how soon a worker's lease runs elsewhere, how much longer the job takes, and how
// soon work goes on after the coordinator and after Temporal were killed.

import type { Job } from '#scripts/demo/api.ts'
import type { Stack } from '#scripts/stack/start-stack.ts'
import { measured, type Row } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { nextSeed, request, timeJob } from './support/jobs.ts'
import { type Ledger, openLedger, until } from './support/ledger.ts'
import { say } from './support/say.ts'
import { runs } from './support/settings.ts'
import { median, spread } from './support/statistics.ts'

const row = measured('failover')
const KILLS = 7
/** The same bytes each time, so that they are stored once. */
const SEED = 42
const PAIRS = 5
const RESTARTS = 3
const WANTED_JOB_MS = 10_000
/** Of the slow table: one chunk, so one lease, of some seconds. */
const SLOW_CHUNK_ROWS = 100_000
const KILL_AT = 0.4

type Bench = BenchStack & { ledger: Ledger }

export async function failoverBench(): Promise<Row[]> {
  return withStack({}, async (running) => {
    const ledger = await openLedger(running.stack)
    try {
      const bench = { ...running, ledger }
      await timeJob(bench.api, request('ten', { rows: 1_000_000, seed: nextSeed() }))
      return [
        await leaseMoves(bench),
        ...(await jobCosts(bench)),
        ...(await restarts(bench, 'coordinator-1')),
        ...(await restarts(bench, 'temporal')),
      ]
    } finally {
      await ledger.close()
    }
  })
}

/** From kill -9 of the only busy worker until its lease is recorded as given to another. */
async function leaseMoves({ stack, api, ledger }: Bench): Promise<Row> {
  const all: number[] = []
  for (let i = 0; i < runs(KILLS); i++) {
    const size = { rows: SLOW_CHUNK_ROWS, chunkRows: SLOW_CHUNK_ROWS, seed: nextSeed() }
    const { job_id: jobId } = await api.submit(request('slow', size))
    const victim = await until('a lease on a worker', async () =>
      (await ledger.leases(jobId))[0]?.workers.at(-1),
    )
    const killedMs = performance.now()
    stack.kill(victim)
    const heir = await until('the lease on another worker', async () =>
      (await ledger.leases(jobId))[0]?.workers.findLast((name) => name !== victim),
    )
    all.push(performance.now() - killedMs)
    say(`kill -9 ${victim}: its lease runs on ${heir} after ${all.at(-1)?.toFixed(0)} ms`)
    await api.until(jobId, ({ status }) => status === 'completed')
    await stack.waitHealthy()
  }
  say(`lease on another worker: ${spread(all)} ms`)
  return row('kill -9 of a worker until its lease is on another', median(all), 'ms')
}

/** Pairs of a job undisturbed and with a worker killed on the way. */
async function jobCosts(bench: Bench): Promise<Row[]> {
  const rows = await rowsOfSeconds(bench)
  await timeJob(bench.api, request('ten', { rows, seed: SEED }))
  const undisturbed: number[] = []
  const disturbed: number[] = []
  const costs: number[] = []
  for (let i = 0; i < runs(PAIRS); i++) {
    const { plain, killed } = await pair(bench, { rows, killFirst: i % 2 === 1 })
    undisturbed.push(plain)
    disturbed.push(killed)
    costs.push((killed / plain - 1) * 100)
    say(`undisturbed ${plain.toFixed(0)} ms, a worker killed ${killed.toFixed(0)} ms`)
  }
  const size = `${rows.toLocaleString('en-US')} rows`
  return [
    row(`POST to completed, ${size}, undisturbed`, median(undisturbed), 'ms'),
    row(`POST to completed, ${size}, one of four workers killed`, median(disturbed), 'ms'),
    row('cost of one killed worker', median(costs), '%'),
  ]
}

type Pair = { rows: number; killFirst: boolean }

/** Milliseconds until completed. They take turns in going first, as a machine gets slower or faster by the minute. */
async function pair(bench: Bench, { rows, killFirst }: Pair) {
  const times = { plain: 0, killed: 0 }
  for (const kill of [killFirst, !killFirst]) {
    if (kill) times.killed = await withKill(bench, rows)
    else {
      const body = request('ten', { rows, seed: SEED })
      times.plain = (await timeJob(bench.api, body)).completedMs
    }
  }
  return times
}

/** Rows of a job that takes about ten seconds here and now. */
async function rowsOfSeconds(bench: Bench): Promise<number> {
  const rows = 4_000_000
  await timeJob(bench.api, request('ten', { rows, seed: SEED }))
  const { completedMs } = await timeJob(bench.api, request('ten', { rows, seed: SEED }))
  return Math.ceil((rows * WANTED_JOB_MS) / completedMs / 100_000) * 100_000
}

async function withKill(bench: Bench, rows: number): Promise<number> {
  const { stack, ledger } = bench
  const startedMs = performance.now()
  const { job, chunks } = await startJob(bench, rows)
  await until('the moment to kill', async () =>
    (await ledger.chunks(job.job_id)) >= chunks * KILL_AT ? true : undefined,
  )
  stack.kill('worker-1')
  await bench.api.until(job.job_id, ({ status }) => status === 'completed', { everyMs: 20 })
  const tookMs = performance.now() - startedMs
  await stack.waitHealthy()
  return tookMs
}

async function startJob({ api }: Bench, rows: number): Promise<{ job: Job; chunks: number }> {
  const job = await api.submit(request('ten', { rows, seed: SEED }))
  return { job, chunks: job.total_chunks }
}

/** kill -9 mid-job; from the new process until chunks are committed, and until those of a new lease are. */
async function restarts(bench: Bench, name: string): Promise<Row[]> {
  const next: number[] = []
  const fresh: number[] = []
  const rows = 8_000_000
  for (let i = 0; i < runs(RESTARTS); i++) {
    const { job, chunks } = await startJob(bench, rows)
    const jobId = job.job_id
    await until('the moment to kill', async () =>
      (await bench.ledger.chunks(jobId)) >= chunks * 0.2 ? true : undefined,
    )
    const restartedMs = await killAndRestart(bench.stack, name)
    const [done, leases] = await Promise.all([
      bench.ledger.chunks(jobId),
      bench.ledger.leaseIds(jobId),
    ])
    await until('the next chunk', async () =>
      (await bench.ledger.chunks(jobId)) > done ? true : undefined,
    )
    next.push(performance.now() - restartedMs)
    await until('a chunk of a new lease', async () => {
      const now = await bench.ledger.leaseIds(jobId)
      return now.size > leases.size ? true : undefined
    })
    fresh.push(performance.now() - restartedMs)
    say(
      `kill -9 ${name}: chunk after ${next.at(-1)?.toFixed(0)} ms, new lease after ${fresh.at(-1)?.toFixed(0)} ms`,
    )
    await bench.api.until(jobId, ({ status }) => status === 'completed')
    await bench.stack.waitHealthy()
  }
  return [
    row(`kill -9 of ${name}: from its restart to the next chunk committed`, median(next), 'ms'),
    row(`kill -9 of ${name}: from its restart to the next lease begun`, median(fresh), 'ms'),
  ]
}

/** When the process that takes over is there, on performance.now(). */
async function killAndRestart(stack: Stack, name: string): Promise<number> {
  const before = stack.pidOf(name)
  stack.kill(name)
  return until('the restart', () => {
    const pid = stack.pidOf(name)
    return pid !== undefined && pid !== before ? performance.now() : undefined
  })
}
