// Doubles of what runs workers, as strict as the real ones or stricter: unknown calls, fields, types and credentials are
// refused, and whatever goes wrong with them can be had.

import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export const SECRET = 'the-secret-of-this-test'

/**
 * For the next call, or the next that is `on` of these methods: an answer in place of the real one, after its effect
 * where it is `done`; silence; or no JSON.
 */
export type Trouble =
  | { status: number; headers?: Record<string, string>; done?: boolean; on?: string[] }
  | 'silence'
  | 'nonsense'

export type Double = {
  url: string
  /** Workers by region, those that are ending left out. */
  running: (region: string) => string[] | number
  /** Has what is ending be gone. */
  settle: () => void
  /** Of platforms that know: a worker that runs has lost its connection, or has it again. */
  setAway?: (name: string, away: boolean) => void
  troubles: Trouble[]
  /** `METHOD path` of every call, those in trouble too. */
  calls: string[]
}

type Asked = {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Record<string, unknown> | null
}
type Answer = { status: number; body: unknown }
type Handler = (asked: Asked) => Answer

/** Of a server that speaks TLS. */
export type Tls = { key: string; cert: string }

export async function serveDouble(
  t: TestContext,
  handler: Handler,
  tls?: Tls,
): Promise<Pick<Double, 'url' | 'troubles' | 'calls'>> {
  const troubles: Trouble[] = []
  const calls: string[] = []
  const listener: RequestListener = (request, response) => {
    void (async () => {
      const text = await textOf(request)
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://double')
      calls.push(`${request.method} ${pathname}`)
      const trouble = nextTrouble(troubles, request.method ?? '')
      if (trouble === 'silence') return
      if (trouble === 'nonsense') return response.end('<html>a proxy</html>')
      const asked = {
        ...{ method: request.method ?? '', path: pathname, query: searchParams },
        ...{ headers: request.headers, body: text === '' ? null : JSON.parse(text) },
      }
      const answer = trouble && !trouble.done ? null : handler(asked)
      const { status, body } = trouble
        ? { status: trouble.status, body: {} }
        : (answer ?? refused(500))
      response.writeHead(status, { 'content-type': 'application/json', ...trouble?.headers })
      response.end(JSON.stringify(body))
    })()
  }
  const server = tls ? createSecureServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, troubles, calls }
}

function nextTrouble(troubles: Trouble[], method: string): Trouble | undefined {
  const at = troubles.findIndex(
    (trouble) => typeof trouble === 'string' || (trouble.on?.includes(method) ?? true),
  )
  return at < 0 ? undefined : troubles.splice(at, 1)[0]
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

const refused = (status: number, message = 'refused'): Answer => ({ status, body: { message } })

const onlyHas = (body: object | null, keys: readonly string[]): boolean =>
  body !== null && JSON.stringify(Object.keys(body).sort()) === JSON.stringify([...keys].sort())

/** A control door of an operator's. */
export async function webhookDouble(
  t: TestContext,
  workers: Record<string, string[]>,
): Promise<Double> {
  let made = 0
  const ending = new Set<string>()
  const served = await serveDouble(t, ({ method, path, query, headers, body }) => {
    if (headers.authorization !== `Bearer ${SECRET}`) return refused(401, 'no such secret')
    if (method === 'GET' && path === '/v1/services')
      return { status: 200, body: { services: all() } }
    if (method === 'POST' && path === '/v1/workers') {
      const { region, count } = body as { region: string; count: number }
      if (!onlyHas(body, ['region', 'count']) || !(region in workers)) return refused(400)
      const ids = Array.from({ length: count }, () => `made-${++made}`)
      workers[region]?.push(...ids)
      return { status: 202, body: { ids } }
    }
    const id = /^\/v1\/workers\/([\w-]+)$/.exec(path)?.[1]
    if (method !== 'DELETE' || id === undefined) return refused(404)
    if (!/^\d+$/.test(query.get('drainTimeoutMs') ?? '')) return refused(400)
    const region = Object.keys(workers).find((name) => workers[name]?.includes(id))
    if (region === undefined) return refused(404)
    ending.add(id)
    workers[region] = workers[region]?.filter((name) => name !== id) ?? []
    return { status: 200, body: { id, drained: true } }
  })
  const all = () =>
    Object.entries(workers).flatMap(([region, names]) =>
      names.map((name) => ({ name, kind: 'worker', region, state: 'running', more: 'ignored' })),
    )
  return { ...served, running: (region) => workers[region] ?? [], settle: () => ending.clear() }
}

type Pod = { name: string; cost: number; ending: boolean; away: boolean }
const BASE = '/apis/apps/v1/namespaces/fleet/deployments/worker-'
const PODS = '/api/v1/namespaces/fleet/pods'
const MERGE = 'application/merge-patch+json'

/** An API server with its Deployment controller: it ends those that are not ready first, then the cheapest, and any without a word. */
export async function kubernetesDouble(
  t: TestContext,
  workers: Record<string, string[]>,
  tls?: Tls,
): Promise<Double> {
  const places = Object.fromEntries(
    Object.entries(workers).map(([region, names]) => [
      region,
      {
        replicas: names.length,
        pods: names.map((name): Pod => ({ name, cost: 0, ending: false, away: false })),
      },
    ]),
  )
  let made = 0
  const control = (region: string): void => {
    const place = places[region]
    if (!place) return
    const alive = place.pods.filter(({ ending }) => !ending)
    for (let i = alive.length; i < place.replicas; i++)
      place.pods.push({ name: `pod-${++made}`, cost: 0, ending: false, away: false })
    const cheap = alive.sort((a, b) => Number(b.away) - Number(a.away) || a.cost - b.cost)
    for (const pod of cheap.slice(0, Math.max(0, alive.length - place.replicas))) pod.ending = true
  }
  const scaleOf = (path: string): string | null =>
    path.startsWith(BASE) && path.endsWith('/scale')
      ? path.slice(BASE.length, -'/scale'.length)
      : null
  const served = await serveDouble(
    t,
    ({ method, path, query, headers, body }) => {
      if (headers.authorization !== `Bearer ${SECRET}`) return refused(401, 'Unauthorized')
      if (method === 'PATCH' && headers['content-type'] !== MERGE) return refused(415)
      const region = scaleOf(path)
      const place = region === null ? undefined : places[region]
      if (region !== null && place === undefined) return refused(404, `no worker-${region}`)
      if (place && region !== null) {
        if (method === 'PATCH') {
          const { spec } = body as { spec: { replicas: number } }
          if (!onlyHas(body, ['spec']) || !onlyHas(spec, ['replicas'])) return refused(422)
          place.replicas = spec.replicas
          control(region)
        } else if (method !== 'GET') return refused(405)
        const { replicas } = place
        return {
          status: 200,
          body: { spec: { replicas }, status: { selector: `region=${region}` } },
        }
      }
      if (method === 'GET' && path === PODS) {
        const asked = /^region=(.+)$/.exec(query.get('labelSelector') ?? '')?.[1] ?? ''
        return { status: 200, body: { items: (places[asked]?.pods ?? []).map(itemOf) } }
      }
      const name = path.startsWith(`${PODS}/`) ? path.slice(PODS.length + 1) : null
      const pod = Object.values(places)
        .flatMap(({ pods }) => pods)
        .find((one) => one.name === name)
      if (method !== 'PATCH' || !pod) return refused(404)
      const { metadata } = body as { metadata: { annotations: Record<string, string> } }
      if (!onlyHas(metadata.annotations, ['controller.kubernetes.io/pod-deletion-cost']))
        return refused(422)
      pod.cost = Number(metadata.annotations['controller.kubernetes.io/pod-deletion-cost'])
      return { status: 200, body: itemOf(pod) }
    },
    tls,
  )
  return {
    ...served,
    running: (region) =>
      places[region]?.pods.filter(({ ending }) => !ending).map(({ name }) => name) ?? [],
    settle: () => {
      for (const place of Object.values(places))
        place.pods = place.pods.filter(({ ending }) => !ending)
    },
    setAway: (name, away) => {
      for (const pod of Object.values(places).flatMap(({ pods }) => pods))
        if (pod.name === name) pod.away = away
    },
  }
}

const itemOf = ({ name, cost, ending, away }: Pod) => ({
  status: { containerStatuses: [{ name: 'worker', ready: !away, state: { running: {} } }] },
  metadata: {
    name,
    ...(cost !== 0 && {
      annotations: { 'controller.kubernetes.io/pod-deletion-cost': String(cost) },
    }),
    ...(ending && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  },
})

const ENVIRONMENTS = '/v1/projects/prj/environments'

/** CreateOS: every answer in its envelope, and some failures with the status 200. */
export async function createosDouble(
  t: TestContext,
  workers: Record<string, string[]>,
): Promise<Double> {
  const replicas = Object.fromEntries(
    Object.entries(workers).map(([region, names]) => [region, names.length]),
  )
  const success = (data: unknown): Answer => ({ status: 200, body: { status: 'success', data } })
  const fail = (status: number, data: string): Answer => ({
    status,
    body: { status: 'fail', data },
  })
  const served = await serveDouble(t, ({ method, path, headers, body }) => {
    if (headers['x-api-key'] !== SECRET) return fail(401, 'invalid api key')
    if (method === 'GET' && path === ENVIRONMENTS) {
      const data = Object.entries(replicas).map(([region, count]) => ({
        ...{ id: `env-${region}`, uniqueName: region },
        resources: { cpu: 500, memory: 1024, replicas: count },
      }))
      return { status: 200, body: { success: true, data } }
    }
    const region = new RegExp(`^${ENVIRONMENTS}/env-([\\w-]+)/resources$`).exec(path)?.[1]
    if (method !== 'PUT' || region === undefined || !(region in replicas))
      return fail(404, 'nothing')
    const wanted = body as { cpu: number; memory: number; replicas: number }
    if (!onlyHas(wanted, ['cpu', 'memory', 'replicas'])) return fail(400, 'unknown fields')
    if (wanted.replicas < 1 || wanted.replicas > 3) return fail(200, 'replicas must be 1 to 3')
    if (wanted.cpu !== 500 || wanted.memory !== 1024) return fail(200, 'not the size that it has')
    replicas[region] = wanted.replicas
    return success({})
  })
  return { ...served, running: (region) => replicas[region] ?? 0, settle: () => undefined }
}
