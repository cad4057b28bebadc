// CreateOS for tests: strict about fields, order, names and keys; everything takes its time; and it fails when told to.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import Value from 'typebox/value'
import { BODIES, QUERIES } from './createos-bodies.ts'
import { Refusal } from './createos-state.ts'
import { createWorld, type World } from './createos-world.ts'

/** `fail`: HTTP 200 that says that it failed. `lost`: it is done, and the answer is 500. `cut`: no answer at all. */
export type FaultKind = 429 | 500 | 503 | 'fail' | 'slow' | 'cut' | 'lost'
/** For the next request that matches. */
export type Fault = { match: RegExp; kind: FaultKind; retryAfter?: string }

export type CreateosDouble = {
  url: string
  key: string
  world: World
  faults: Fault[]
  /** Each third request of a method fails in a way that may be tried again. */
  isStormy: boolean
  /** `POST /v1/projects 201`, in order. */
  requests: string[]
}

const SLOW_MS = 1_500

/** Serves until the test ends. */
export async function startCreateos(t: TestContext): Promise<CreateosDouble> {
  const world = createWorld()
  const double: CreateosDouble = {
    url: '',
    key: randomUUID(),
    world,
    faults: [],
    isStormy: false,
    requests: [],
  }
  const server = createServer((request, response) => void serve(double, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return double
}

async function serve(
  double: CreateosDouble,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://createos')
  const line = `${request.method} ${url.pathname}`
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  const text = Buffer.concat(pieces).toString()
  const fault = take(double.faults, line) ?? storm(double, request.method ?? '')
  if (fault?.kind === 'slow') await delay(SLOW_MS)
  if (fault?.kind === 'cut') return void request.socket.destroy()
  const answer =
    fault && fault.kind !== 'lost' && fault.kind !== 'slow'
      ? spoiled(fault)
      : answerTo(double, { request, url, line, text })
  const { status, body, retryAfter } = fault?.kind === 'lost' ? spoiled(fault) : answer
  double.requests.push(`${line} ${status}`)
  const headers = { 'content-type': 'application/json' }
  response.writeHead(status, retryAfter ? { ...headers, 'retry-after': retryAfter } : headers)
  response.end(JSON.stringify(body))
}

function take(faults: Fault[], line: string): Fault | undefined {
  const at = faults.findIndex(({ match }) => match.test(line))
  return at < 0 ? undefined : faults.splice(at, 1)[0]
}

function storm({ isStormy, requests }: CreateosDouble, method: string): Fault | undefined {
  const before = requests.filter((line) => line.startsWith(`${method} `)).length
  if (!isStormy || before % 3 !== 2) return undefined
  const kinds: FaultKind[] = method === 'POST' ? [429, 503] : [429, 500, 503]
  return { match: /./, kind: kinds[Math.floor(before / 3) % kinds.length] ?? 503 }
}

type Answer = { status: number; body: object; retryAfter?: string }

function spoiled({ kind, retryAfter = '0' }: Fault): Answer {
  if (kind === 'fail') return { status: 200, body: { status: 'fail', data: 'it did not work' } }
  if (kind === 429 || kind === 503)
    return { status: kind, body: { success: false, message: 'later' }, retryAfter }
  return { status: 500, body: { success: false, message: 'internal error' } }
}

type Asked = { request: IncomingMessage; url: URL; line: string; text: string }

function answerTo({ key, world }: CreateosDouble, { request, url, line, text }: Asked): Answer {
  try {
    const { headers, method } = request
    if (headers['x-api-key'] !== key || headers.authorization) throw new Refusal(401, 'wrong key')
    if (text !== '' && headers['content-type'] !== 'application/json')
      throw new Refusal(400, 'no JSON')
    for (const [pattern, query, body, act] of routesOf(world)) {
      const match = new RegExp(`^${pattern.replaceAll(':id', '([0-9a-f-]{36})')}$`).exec(line)
      if (!match) continue
      const asked = Object.fromEntries(url.searchParams)
      if (!Value.Check(QUERIES[query], asked)) throw new Refusal(400, `query: ${url.search}`)
      const given: unknown = text === '' ? undefined : JSON.parse(text)
      if (body === null ? given !== undefined : !Value.Check(BODIES[body], given))
        throw new Refusal(400, `body of ${line}: ${text}`)
      const data = act(match.slice(1), given, asked)
      const status = method === 'POST' ? 201 : 200
      return {
        status,
        body: method === 'GET' ? { success: true, data } : { status: 'success', data },
      }
    }
    throw new Refusal(404, `no such call: ${line}`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: error.status, body: { status: 'fail', data: error.message } }
  }
}

type Route = [
  pattern: string,
  query: keyof typeof QUERIES,
  body: keyof typeof BODIES | null,
  act: (ids: string[], body: unknown, query: Record<string, string>) => unknown,
]

function routesOf(world: World): Route[] {
  const project = '/v1/projects/:id'
  const environment = `${project}/environments/:id`
  const deployment = `${project}/deployments/:id`
  const vm = '/v1/product-deployments'
  return [
    ['GET /v1/projects', 'projects', null, (_, __, query) => world.projects(query)],
    ['POST /v1/projects', 'none', 'project', (_, body) => world.createProject(body)],
    [`DELETE ${project}`, 'none', null, ([id]) => world.deleteProject(id)],
    [`GET ${project}/deployments`, 'page', null, ([id], _, query) => world.deployments(id, query)],
    [
      `POST ${project}/deployments`,
      'none',
      'deployment',
      ([id], body) => world.createDeployment(id, body),
    ],
    [`GET ${deployment}`, 'none', null, ([id, one]) => world.deployment(id, one)],
    [`POST ${deployment}/wakeup`, 'none', null, ([id, one]) => world.wake(id, one)],
    [`GET ${deployment}/build-logs`, 'none', null, ([id, one]) => world.buildLogs(id, one)],
    [`GET ${project}/environments`, 'none', null, ([id]) => world.environments(id)],
    [
      `POST ${project}/environments`,
      'none',
      'environment',
      ([id], body) => world.createEnvironment(id, body),
    ],
    [`DELETE ${environment}`, 'none', null, ([id, one]) => world.deleteEnvironment(id, one)],
    [
      `POST ${environment}/assign-deployment`,
      'none',
      'assign',
      ([id, one], body) => world.assign(id, one, body),
    ],
    [
      `PUT ${environment}/resources`,
      'none',
      'resources',
      ([id, one], body) => world.setResources(id, one, body),
    ],
    [
      `PUT ${environment}/environment-variables`,
      'none',
      'variables',
      ([id, one], body) => world.setVariables(id, one, body),
    ],
    [`GET ${environment}/logs`, 'logs', null, ([id, one]) => world.logs(id, one)],
    ['GET /v1/products', 'none', null, () => world.products()],
    ['GET /v1/databases/providers/do/zones', 'none', null, () => world.zones()],
    [`GET ${vm}`, 'machines', null, (_, __, query) => world.vms(query)],
    [`POST ${vm}`, 'none', 'vm', (_, body) => world.createVm(body)],
    [`POST ${vm}/:id/resize`, 'none', 'resize', ([id], body) => world.resizeVm(id, body)],
    [`DELETE ${vm}/:id`, 'none', null, ([id]) => world.deleteVm(id)],
  ]
}
