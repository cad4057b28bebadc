// What an update costs: a job while every coordinator, parts process, scheduler and worker is stopped in order and
// started again, those of a role one after the other, beside the same job undisturbed.

import type { Job } from '#scripts/demo/api.ts'
import type { Stack } from '#scripts/stack/start-stack.ts'
import { measured, type Row } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { request } from './support/jobs.ts'
import { madeTwice } from './support/made-twice.ts'
import { cpuOfAllMs } from './support/processes.ts'
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

export async function rollingBench(): Promise<Row[]> {
  const env = { coordinator: { LOG_LEVEL: 'info' } }
  return withStack({ coordinators: 2, env }, async (bench) => {
    await runJob(bench, { roll: false })
    const pairs: Pair[] = []
    for (let i = 0; i < runs(PAIRS); i++) pairs.push(await runPair(bench, i % 2 === 1))
    return rowsOf(pairs, bench.stack)
  })
}

/** `restarts`: processes that were restarted before the job was over; `cpuMs`: of the whole installation meanwhile. */
type Run = { job: Job; restarts: number; cpuMs: number }
type Pair = { plainMs: number; rolledMs: number; restarts: number; costMs: number }

function rowsOf(pairs: Pair[], stack: Stack): Row[] {
  const size = `${settings.rollingRows.toLocaleString('en-US')} rows`
  const restarts = Math.min(...pairs.map((pair) => pair.restarts))
  const how = `${restarts} of ${rolledRoles(stack).flat().length} processes restarted meanwhile`
  return [
    row(`POST to completed, ${size}, undisturbed`, median(pairs.map((one) => one.plainMs)), 'ms'),
    row(`POST to completed, ${size}, ${how}`, median(pairs.map((one) => one.rolledMs)), 'ms'),
    row(
      'cost of a rolling restart',
      median(pairs.map(({ plainMs, rolledMs }) => (rolledMs / plainMs - 1) * 100)),
      '%',
    ),
    row('processor time that it takes', median(pairs.map(({ costMs }) => costMs)), 'ms'),
    row('chunks made twice', madeTwice(stack), 'chunks'),
  ]
}

/** They take turns in going first, as a machine gets slower or faster by the minute. */
async function runPair(bench: BenchStack, rollFirst: boolean): Promise<Pair> {
  const first = await runJob(bench, { roll: rollFirst })
  const second = await runJob(bench, { roll: !rollFirst })
  if (cidsOf(first) !== cidsOf(second)) throw new Error('a rolling restart made other bytes')
  const [plain, rolled] = rollFirst ? [second, first] : [first, second]
  const { restarts } = rolled
  const costMs = rolled.cpuMs - plain.cpuMs
  const pair = { plainMs: tookMs(plain), rolledMs: tookMs(rolled), restarts, costMs }
  say(`undisturbed ${pair.plainMs} ms, with ${restarts} restarts ${pair.rolledMs} ms`)
  return pair
}

/** Runs the job, and meanwhile restarts every process: those of a role in turn, as an orchestrator does. */
async function runJob({ stack, api }: BenchStack, { roll }: { roll: boolean }): Promise<Run> {
  const beforeMs = cpuOfAllMs()
  const { job_id: jobId } = await api.submit(
    request('ten', { rows: settings.rollingRows, seed: SEED }),
  )
  await api.until(jobId, (job) => job.chunks_completed > BEGIN_AT * job.total_chunks)
  const ends: number[] = []
  const inTurn = async (names: string[]) => {
    for (const name of names) {
      const beganMs = Date.now()
      await stack.restart(name)
      ends.push(Date.now())
      say(`${name} restarted in ${Date.now() - beganMs} ms`)
    }
  }
  await Promise.all(roll ? rolledRoles(stack).map(inTurn) : [])
  const whole = await api.until(jobId, ({ status }) => status === 'completed', {
    timeoutMs: JOB_MS,
  })
  const overMs = Date.parse(whole.finished_at ?? '')
  const restarts = ends.filter((endMs) => endMs <= overMs).length
  return { job: whole, restarts, cpuMs: cpuOfAllMs() - beforeMs }
}

/** Names by role. */
function rolledRoles({ processes }: Stack): string[][] {
  const rolled = processes.filter(({ role }) => !SINGLE.has(role))
  return Object.values(Object.groupBy(rolled, ({ role }) => role)).map((group) =>
    (group ?? []).map(({ name }) => name),
  )
}

const cidsOf = ({ job }: Run): string => job.outputs.map(({ cid }) => cid).join()

/** By the installation's own clock: whoever asks may have to wait for a coordinator. */
const tookMs = ({ job }: Run): number =>
  Date.parse(job.finished_at ?? '') - Date.parse(job.created_at)
