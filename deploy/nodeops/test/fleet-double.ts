// A coordinator's REST for tests, as far as workers that leave need it: strict about calls and keys, with a clock of its
// own, and writing down after each call which workers may be ended, for the doubles of what ends them.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { mayEndText } from './may-end.ts'

export type DoubleWorker = {
  id: string
  name: string
  region: string
  state: 'active' | 'draining' | 'revoked'
  connected: boolean
  /** Looks after its drain until it has nothing left; Infinity: it never ends. */
  busyLooks: number
}

export type FleetDouble = {
  url: string
  /** Null: any. */
  key: string | null
  workers: DoubleWorker[]
  /** `drain worker-1`, in order. */
  told: string[]
  /** Written for those who end workers. */
  file: string
  add: (...workers: (Pick<DoubleWorker, 'name' | 'region'> & Partial<DoubleWorker>)[]) => void
}

const LOOK_MS = 1_000
const MANY = 100

/** Serves until the test ends. */
export async function startFleet(t: TestContext, folder: string): Promise<FleetDouble> {
  const file = path.join(folder, 'fleet.json')
  const double: FleetDouble = {
    ...{ url: '', key: null, workers: [], told: [], file },
    add: (...workers) => {
      const idle = { state: 'active', connected: true, busyLooks: 0 } as const
      for (const worker of workers) {
        const id = `wrk_${double.workers.length}_${worker.name}`
        double.workers.push({ id, ...idle, ...worker })
      }
      writeFileSync(file, mayEndText(double.workers))
    },
  }
  let nowMs = Date.parse('2031-01-01T00:00:00Z')
  const server = createServer((request, response) => {
    nowMs += LOOK_MS
    const { status, body } = answer(double, request.method ?? '', request.url ?? '', {
      key: request.headers['x-api-key'],
      nowMs,
    })
    writeFileSync(file, mayEndText(double.workers))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  double.add()
  return double
}

type Answer = { status: number; body: object }

function answer(
  double: FleetDouble,
  method: string,
  target: string,
  { key, nowMs }: { key: unknown; nowMs: number },
): Answer {
  const refuse = (status: number): Answer => ({ status, body: { detail: 'refused' } })
  if (typeof key !== 'string' || key !== (double.key ?? key)) return refuse(401)
  const { pathname, searchParams } = new URL(target, 'http://double')
  if (method === 'GET' && pathname === '/api/workers') {
    const region = searchParams.get('region')
    const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('page_size'))]
    if (region === null || !(page >= 1) || !(size >= 1 && size <= 100)) return refuse(400)
    const here = double.workers.filter((worker) => worker.region === region)
    for (const worker of here)
      if (worker.state === 'draining' && worker.busyLooks > 0) worker.busyLooks--
    const shown = here.slice((page - 1) * size, page * size).map((one) => view(one, nowMs))
    return { status: 200, body: { workers: shown, page, page_size: size, total: here.length } }
  }
  const [, id, action] = /^\/api\/workers\/([\w-]+)\/(drain|resume)$/.exec(pathname) ?? []
  const worker = double.workers.find((each) => each.id === id)
  if (method !== 'POST' || !worker) return refuse(404)
  double.told.push(`${action} ${worker.name}`)
  worker.state = action === 'drain' ? 'draining' : 'active'
  return { status: 202, body: view(worker, nowMs) }
}

const view = ({ id, name, region, state, connected, busyLooks }: DoubleWorker, nowMs: number) => ({
  ...{ worker_id: id, name, region, state, connected, trust: 'trusted' },
  busy_slots: busyLooks > 1 ? 1 : 0,
  // The last that it does is to hand in its results.
  load: { cpu: 0.5, unacknowledged: Math.min(busyLooks, MANY) },
  last_seen: new Date(nowMs).toISOString(),
})
