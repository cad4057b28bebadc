// The API under a steady load while jobs run: submissions and questions at a fixed rate, nothing may fail.

import autocannon from 'autocannon'
import { measured, type Row } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { nextSeed, request, timeJob } from './support/jobs.ts'
import { say } from './support/say.ts'
import { settings } from './support/settings.ts'
import { quantile } from './support/statistics.ts'

const row = measured('load')
const POSTS_PER_SECOND = 10
const GETS_PER_SECOND = 190
const BIG_ROWS = 5_000_000

export async function loadBench(): Promise<Row[]> {
  return withStack({}, async (running) => {
    const warm = await timeJob(running.api, bigJob(1_000_000))
    const over = new AbortController()
    const busy = keepBusy(running, over.signal)
    try {
      const [posts, gets] = await Promise.all([
        cannonade(running, {
          method: 'POST',
          path: '/api/jobs',
          perSecond: POSTS_PER_SECOND,
          body: JSON.stringify(request('narrow', { rows: 10, seed: nextSeed() })),
        }),
        cannonade(running, {
          method: 'GET',
          path: `/api/jobs/${warm.job.job_id}`,
          perSecond: GETS_PER_SECOND,
        }),
      ])
      over.abort()
      const jobs = await busy
      say(`${jobs} jobs of ${BIG_ROWS} rows ran meanwhile`)
      return [
        ...together([...posts.latencies, ...gets.latencies]),
        ...figures('POST /api/jobs', posts),
        ...figures('GET /api/jobs/{id}', gets),
      ]
    } finally {
      over.abort()
      await busy
    }
  })
}

/** The same table each time: its parts are uploaded, hashed and recorded again, and stored once. */
const bigJob = (rows: number): object => request('ten', { rows, seed: 42 })

/** One big job after the other. */
async function keepBusy({ api }: BenchStack, over: AbortSignal): Promise<number> {
  let jobs = 0
  while (!over.aborted) {
    await timeJob(api, bigJob(BIG_ROWS))
    jobs++
  }
  return jobs
}

/** A connection sends the requests of its second one after the other; with ten of them, ten arrive at once. */
const CONNECTIONS = 10

type Load = { method: 'GET' | 'POST'; path: string; perSecond: number; body?: string }
type Heard = { latencies: number[]; failed: number; answered: number; cannon: autocannon.Result }

async function cannonade({ stack }: BenchStack, load: Load): Promise<Heard> {
  const latencies: number[] = []
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>()
  const fire = autocannon(
    {
      url: stack.rest_url + load.path,
      method: load.method,
      headers: { 'x-api-key': stack.admin.api_key, 'content-type': 'application/json' },
      ...(load.body === undefined ? {} : { body: load.body }),
      connections: CONNECTIONS,
      overallRate: load.perSecond,
      duration: settings.loadSeconds,
    },
    (error, result) => (error ? reject(error as Error) : resolve(result)),
  )
  fire.on('response', (...heard: unknown[]) => void latencies.push(Number(heard.at(-1))))
  const cannon = await promise
  const failed = cannon.errors + cannon.timeouts + cannon.non2xx
  return { latencies, failed, answered: cannon['2xx'], cannon }
}

const together = (latencies: number[]): Row[] => [
  row('all 200 requests a second, p50', quantile(latencies, 0.5), 'ms'),
  row('all 200 requests a second, p95', quantile(latencies, 0.95), 'ms'),
  row('all 200 requests a second, p99', quantile(latencies, 0.99), 'ms'),
]

function figures(what: string, { latencies, failed, answered, cannon }: Heard): Row[] {
  return [
    row(`${what}, p50`, quantile(latencies, 0.5), 'ms'),
    row(`${what}, p95`, quantile(latencies, 0.95), 'ms'),
    row(`${what}, p99`, quantile(latencies, 0.99), 'ms'),
    row(`${what}, p97.5 with waiting for a connection`, cannon.latency.p97_5, 'ms'),
    row(`${what}, answered`, answered, 'requests'),
    row(`${what}, errors`, failed, 'requests'),
  ]
}
