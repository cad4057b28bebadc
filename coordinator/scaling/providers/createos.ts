// Workers as replicas of CreateOS environments, one environment for each of our regions. CreateOS runs one to three
// replicas of each, without saying which of them it ends: all of a region drain, then the number is set.

import Type from 'typebox'
import Value from 'typebox/value'
import { AppError } from '#engine/errors.ts'
import { type CallOptions, createCaller, type Send } from './call.ts'
import type { Provider } from './provider.ts'

export type CreateosSettings = {
  url: string
  project: string
  /** Environment ids by region. */
  environments: Readonly<Record<string, string>>
}

const REPLICAS = { min: 1, max: 3 }

/** A failure may come with the status 200: its envelope says so, in one of two ways. */
const Good = Type.Union([
  Type.Object({ status: Type.Literal('success'), data: Type.Unknown() }),
  Type.Object({ success: Type.Literal(true), data: Type.Unknown() }),
])
/** All of a project at once: of its lists this one has no pages. */
const Environments = Type.Array(
  Type.Object({
    id: Type.String(),
    resources: Type.Object({
      cpu: Type.Integer(),
      memory: Type.Integer(),
      replicas: Type.Integer({ minimum: 0 }),
    }),
  }),
)

type Bound = { signal: AbortSignal }
type Resources = { cpu: number; memory: number; replicas: number }

export function createCreateosProvider(
  { url, project, environments }: CreateosSettings,
  { send, key }: { send: Send; key: () => Promise<string> },
  options: CallOptions = {},
): Provider {
  const call = createCaller('createos', { send, reasonOf }, options)
  const base = `${url.replace(/\/+$/, '')}/v1/projects/${encodeURIComponent(project)}/environments`
  const headers = async () => ({ 'x-api-key': await key() })

  const resources = async (bound: Bound): Promise<Map<string, Resources>> => {
    const json = await call({ method: 'GET', url: base, headers: await headers() }, bound)
    const data = dataOf(json)
    if (!Value.Check(Environments, data))
      throw new AppError('infrastructure', 'createos answered what its API does not have')
    const found = new Map(data.map((environment) => [environment.id, environment.resources]))
    const entries = Object.entries(environments).map(([region, id]) => {
      const of = found.get(id)
      if (!of) throw new AppError('infrastructure', `createos has no environment ${id} (${region})`)
      return [region, of] as const
    })
    return new Map(entries)
  }

  const setReplicas = async (region: string, change: (now: Resources) => number, bound: Bound) => {
    const now = (await resources(bound)).get(region)
    if (!now) throw new AppError('infrastructure', `createos has no environment for ${region}`)
    const replicas = change(now)
    if (replicas === now.replicas) return
    if (replicas < REPLICAS.min || replicas > REPLICAS.max)
      throw new AppError('infrastructure', `createos runs 1 to 3 replicas, not ${replicas}`)
    const { cpu, memory } = now
    const at = `${base}/${encodeURIComponent(environments[region] ?? '')}/resources`
    const body = { replicas, cpu, memory }
    dataOf(await call({ method: 'PUT', url: at, body, headers: await headers() }, bound))
  }

  return {
    name: 'createos',
    list: async (bound) =>
      [...(await resources(bound))].flatMap(([region, { replicas }]) =>
        Array.from({ length: replicas }, () => ({ name: null, region })),
      ),
    add: ({ region, count }, bound) =>
      setReplicas(region, ({ replicas }) => replicas + count, bound),
    stop: ({ region, leave }, bound) =>
      setReplicas(region, ({ replicas }) => Math.min(replicas, leave), bound),
  }
}

function dataOf(json: unknown): unknown {
  if (Value.Check(Good, json)) return json.data
  throw new AppError('infrastructure', `createos: ${reasonOf(json) ?? 'no answer of its API'}`)
}

function reasonOf(json: unknown): string | null {
  const { data, message } = (json ?? {}) as { data?: unknown; message?: unknown }
  return [data, message].find((text) => typeof text === 'string') ?? null
}
