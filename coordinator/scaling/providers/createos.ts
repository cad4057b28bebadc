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
  /** Environment ids by region; null: the environments that have a region's name, as nodeops makes them. */
  environments: Readonly<Record<string, string>> | null
  regions: readonly string[]
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
    uniqueName: Type.String(),
    resources: Type.Object({
      cpu: Type.Integer(),
      memory: Type.Integer(),
      replicas: Type.Integer({ minimum: 0 }),
    }),
  }),
)

type Bound = { signal: AbortSignal }
type Resources = { cpu: number; memory: number; replicas: number }
type Place = { id: string; resources: Resources }

export function createCreateosProvider(
  { url, project, environments, regions }: CreateosSettings,
  { send, key }: { send: Send; key: () => Promise<string> },
  options: CallOptions = {},
): Provider {
  const call = createCaller('createos', { send, reasonOf }, options)
  const base = `${url.replace(/\/+$/, '')}/v1/projects/${encodeURIComponent(project)}/environments`
  const headers = async () => ({ 'x-api-key': await key() })

  const own = Object.entries(environments ?? {}).filter(([region]) => regions.includes(region))
  const ids = new Set(own.map(([, id]) => id))
  const regionOf = ({ id, uniqueName }: { id: string; uniqueName: string }): string =>
    environments === null ? uniqueName : (own.find(([, of]) => of === id)?.[0] ?? '')

  const places = async (bound: Bound): Promise<Map<string, Place>> => {
    const json = await call({ method: 'GET', url: base, headers: await headers() }, bound)
    const data = dataOf(json)
    if (!Value.Check(Environments, data))
      throw new AppError('infrastructure', 'createos answered what its API does not have')
    const found = environments === null ? data : data.filter(({ id }) => ids.has(id))
    const missing = [...ids].find((id) => !found.some((one) => one.id === id))
    if (missing !== undefined)
      throw new AppError('infrastructure', `createos has no environment ${missing}`)
    const named = found.map((one) => [regionOf(one), one] as const)
    return new Map(named.filter(([region]) => regions.includes(region)))
  }
  const setReplicas = async (region: string, change: (now: Resources) => number, bound: Bound) => {
    const place = (await places(bound)).get(region)
    if (!place) throw new AppError('infrastructure', `createos has no environment for ${region}`)
    const now = place.resources
    const replicas = change(now)
    if (replicas === now.replicas) return
    if (replicas < REPLICAS.min || replicas > REPLICAS.max)
      throw new AppError('infrastructure', `createos runs 1 to 3 replicas, not ${replicas}`)
    const { cpu, memory } = now
    const at = `${base}/${encodeURIComponent(place.id)}/resources`
    const body = { replicas, cpu, memory }
    dataOf(await call({ method: 'PUT', url: at, body, headers: await headers() }, bound))
  }

  return {
    name: 'createos',
    list: async (bound) =>
      [...(await places(bound))].flatMap(([region, { resources }]) =>
        Array.from({ length: resources.replicas }, () => ({ name: null, region })),
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
