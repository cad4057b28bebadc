// What an update costs: a job while every coordinator, parts process, scheduler and worker is stopped in order and
// started again, one after the other, beside the same job undisturbed.

import { readFileSync } from 'node:fs'
import type { Job } from '#scripts/demo/api.ts'
import type { Stack } from '#scripts/stack/start-stack.ts'
import { measured, type Row } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { request } from './support/jobs.ts'
import { say } from './support/say.ts'
import { runs, settings } from './support/settings.ts'
import { median } from './support/statistics.ts'

const row = measured('rolling')
/** The same bytes each time, so that they are stored once. */
const SEED = 42
const PAIRS = 2
const BEGIN_AT = 0.05
const JOB_MS = 30 * 60_000
const SINGLE = new Set(['postgres', 'temporal', 'arweave'])
const MADE_TWICE = /a chunk was made that the ledger had/g

export async function rollingBench(): Promise<Row[]> {
  const env = { coordinator: { LOG_LEVEL: 'info' } }
  return withStack({ coordinators: 2, env }, async (bench) => {
    const names = bench.stack.processes.filter(({ role }) => !SINGLE.has(role))
    const rolled = names.map(({ name }) => name)
    await runJob(bench, [])
    const pairs: Pair[] = []
    for (let i = 0; i < runs(PAIRS); i++) pairs.push(await runPair(bench, rolled, i % 2 === 1))
    return rowsOf(pairs, { restarts: rolled.length, stack: bench.stack })
  })
}

type Pair = { plainMs: number; rolledMs: number }

function rowsOf(pairs: Pair[], { restarts, stack }: { restarts: number; stack: Stack }): Row[] {
  const size = `${settings.rollingRows.toLocaleString('en-US')} rows`
  const how = `${restarts} processes restarted in turn`
  return [
    row(`POST to completed, ${size}, undisturbed`, median(pairs.map((one) => one.plainMs)), 'ms'),
    row(`POST to completed, ${size}, ${how}`, median(pairs.map((one) => one.rolledMs)), 'ms'),
    row(
      'cost of a rolling restart',
      median(pairs.map(({ plainMs, rolledMs }) => (rolledMs / plainMs - 1) * 100)),
      '%',
    ),
    row('chunks made twice', madeTwice(stack), 'chunks'),
  ]
}

/** They take turns in going first, as a machine gets slower or faster by the minute. */
async function runPair(bench: BenchStack, names: string[], rollFirst: boolean): Promise<Pair> {
  const first = await runJob(bench, rollFirst ? names : [])
  const second = await runJob(bench, rollFirst ? [] : names)
  if (cidsOf(first) !== cidsOf(second)) throw new Error('a rolling restart made other bytes')
  const [plain, rolled] = rollFirst ? [second, first] : [first, second]
  const pair = { plainMs: tookMs(plain), rolledMs: tookMs(rolled) }
  say(`undisturbed ${pair.plainMs} ms, restarted in turn ${pair.rolledMs} ms`)
  return pair
}

/** Runs the job, and meanwhile restarts these processes, each once the one before is healthy again. */
async function runJob({ stack, api }: BenchStack, names: string[]): Promise<Job> {
  const { job_id: jobId } = await api.submit(
    request('ten', { rows: settings.rollingRows, seed: SEED }),
  )
  await api.until(jobId, (job) => job.chunks_completed > BEGIN_AT * job.total_chunks)
  for (const name of names) await stack.restart(name)
  const { stage } = await api.until(jobId, () => true)
  if (names.length > 0 && stage !== 'generating')
    throw new Error(`the job was ${stage} before all were restarted: take more rows`)
  return api.until(jobId, ({ status }) => status === 'completed', { timeoutMs: JOB_MS })
}

const cidsOf = ({ outputs }: Job): string => outputs.map(({ cid }) => cid).join()

/** By the installation's own clock: whoever asks may have to wait for a coordinator. */
const tookMs = ({ created_at, finished_at }: Job): number =>
  Date.parse(finished_at ?? '') - Date.parse(created_at)

function madeTwice({ processes, logOf }: Stack): number {
  const coordinators = processes.filter(({ role }) => role === 'coordinator')
  const found = coordinators.map(
    ({ name }) => readFileSync(logOf(name), 'utf8').match(MADE_TWICE)?.length ?? 0,
  )
  return found.reduce((sum, count) => sum + count, 0)
}
