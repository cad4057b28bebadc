// One coordinator with a thousand workers: what their heartbeats cost it, how long it takes to place a lease among
// them, and whether a job of another worker notices. The thousand are simulated, on real streams.

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { place, type WorkerView } from '#coordinator/fleet/placement.ts'
import { measured, type Row } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { nextSeed, request, timeJob } from './support/jobs.ts'
import { cpuBetween, cpuByRole, rssBytes } from './support/processes.ts'
import { say } from './support/say.ts'
import { runs, settings } from './support/settings.ts'
import { median } from './support/statistics.ts'

const row = measured('fleet')
const SIMULATED_REGION = 'asia-pacific'
const PROCESSES = 2
const ROWS = 3_000_000
const WATCH_MS = 20_000
const PLACEMENTS = 2_000
const WRITTEN_MS = 10_000

export async function fleetBench(): Promise<Row[]> {
  return withStack({ workers: 1 }, async (bench) => {
    const alone = await jobRate(bench)
    const simulated = await startSimulated(bench, settings.fleetWorkers)
    try {
      const calm = await watch(bench)
      const crowded = await jobRate(bench)
      return [...calm, ...placements(), ...rates(alone, crowded)]
    } finally {
      for (const child of simulated) child.kill('SIGKILL')
    }
  })
}

/** Resolves once all of them are connected. */
async function startSimulated(bench: BenchStack, count: number): Promise<ChildProcess[]> {
  const startedMs = performance.now()
  const token = await groupToken(bench, count)
  const script = new URL('./support/simulated-workers.ts', import.meta.url).pathname
  const each = Math.ceil(count / PROCESSES)
  const children = Array.from({ length: PROCESSES }, (_, i) =>
    spawn(process.execPath, [script, String(each), `simulated-${i}`], {
      env: { ...process.env, SYNDATA_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  await Promise.all(children.map(connected))
  say(`${each * PROCESSES} workers connected after ${Math.round(performance.now() - startedMs)} ms`)
  return children
}

function connected(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`simulated workers ended with ${code}`)))
  })
}

async function groupToken({ stack }: BenchStack, machines: number): Promise<string> {
  const reply = await fetch(`${stack.rest_url}/api/enrollment-tokens`, {
    method: 'POST',
    headers: { 'x-api-key': stack.admin.api_key, 'content-type': 'application/json' },
    body: JSON.stringify({ region: SIMULATED_REGION, machines: Math.min(1_000, machines) }),
  })
  const { token } = (await reply.json()) as { token?: string }
  if (!token) throw new Error(`no token: ${reply.status}`)
  return token
}

/** Processor and memory of the coordinator while nothing happens but heartbeats, and whether all of them are heard. */
async function watch({ stack }: BenchStack): Promise<Row[]> {
  const before = cpuByRole(stack.processes)
  const startedMs = performance.now()
  await delay(WATCH_MS)
  const tookMs = performance.now() - startedMs
  const used = cpuBetween(before, cpuByRole(stack.processes))
  const cores = (role: string): number => (used.get(role) ?? Number.NaN) / tookMs
  const coordinator = stack.processes.find(({ role }) => role === 'coordinator')
  const what = `${settings.fleetWorkers} workers connected`
  return [
    row(`${what}: processor of the coordinator`, cores('coordinator'), 'cores'),
    row(`${what}: processor of Postgres`, cores('postgres'), 'cores'),
    row(`${what}: memory of the coordinator`, rssBytes(coordinator?.pid ?? 0) / 1e6, 'MB'),
    row(`${what}: heard of within three beats`, await heardOf(stack.database_url), 'workers'),
  ]
}

/** Those that the coordinator writes down as heard of, all at once, every few seconds. */
async function heardOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ now: string }>('select now()::text as now')
    for (
      const endMs = performance.now() + WRITTEN_MS;
      performance.now() < endMs;
      await delay(200)
    ) {
      const found = await client.query<{ count: number }>(
        'select count(*)::int as count from workers where last_seen > $1 and coordinator_id is not null',
        [rows[0]?.now],
      )
      const count = found.rows[0]?.count ?? 0
      if (count > 0) return count
    }
    return 0
  } finally {
    await client.end()
  }
}

/** The ranking alone: one fits, after all others were looked at. */
function placements(): Row[] {
  const others = Array.from({ length: settings.fleetWorkers }, (_, i) => viewOf(i))
  const workers = [...others, { ...viewOf(-1), region: 'us-west' }]
  const need = {
    ...{ regions: ['us-west'], engineVersion: '1', gpu: false, trustedOnly: true, training: false },
    except: new Set<string>(),
  }
  const times = Array.from({ length: PLACEMENTS }, () => {
    const startedMs = performance.now()
    place(need, workers)
    return performance.now() - startedMs
  })
  return [row(`placing a lease among ${workers.length} workers`, median(times), 'ms')]
}

const viewOf = (i: number): WorkerView => ({
  ...{ id: `wrk_${i}`, region: SIMULATED_REGION, trust: 'trusted', engineVersion: '1', gpus: 0 },
  ...{ runtimeClass: 'a', slots: 2, busy: i % 2, trainings: 0, draining: false, suspect: false },
  rowsPerSecond: 1_000_000 + i,
})

async function jobRate({ api }: BenchStack): Promise<number> {
  const rate = async (): Promise<number> => {
    const body = { ...request('ten', { rows: ROWS, seed: nextSeed() }), regions: ['us-west'] }
    const { cidMs } = await timeJob(api, body)
    return (1_000 * ROWS) / cidMs
  }
  await rate()
  const rates: number[] = []
  for (let i = 0; i < runs(3); i++) rates.push(await rate())
  return median(rates)
}

const rates = (alone: number, crowded: number): Row[] => [
  row('POST to CID on one worker, alone', alone, 'rows/s'),
  row(`POST to CID on one worker beside ${settings.fleetWorkers} others`, crowded, 'rows/s'),
  row('share of the rate that is left', (100 * crowded) / alone, '%'),
]
