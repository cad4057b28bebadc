// Workers as pods of one Deployment per region, by the API server of the cluster around us: scale up by the scale
// subresource, down by marking the pod that has drained as the cheapest to lose, one at a time.

import Type from 'typebox'
import Value from 'typebox/value'
import { AppError } from '#engine/errors.ts'
import { type CallOptions, createCaller, type Send } from './call.ts'
import type { Provider } from './provider.ts'

export type KubernetesSettings = {
  /** Of the API server. */
  url: string
  namespace: string
  /** Name of the Deployment of a region, `{region}` in its place. */
  deployment: string
  regions: readonly string[]
}

/** A Deployment that has been asked for pods which do not exist yet is short of these. */
const UNBORN = '(not made yet)'
const MERGE = { 'content-type': 'application/merge-patch+json' }
const COST = 'controller.kubernetes.io/pod-deletion-cost'
const PODS_MAX = 1_000

const Scale = Type.Object({
  spec: Type.Object({ replicas: Type.Optional(Type.Integer({ minimum: 0 })) }),
  status: Type.Object({ selector: Type.Optional(Type.String()) }),
})
const Pods = Type.Object({
  items: Type.Array(
    Type.Object({
      metadata: Type.Object({
        name: Type.String(),
        deletionTimestamp: Type.Optional(Type.String()),
        annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
      status: Type.Optional(
        Type.Object({
          containerStatuses: Type.Optional(
            Type.Array(
              Type.Object({
                ready: Type.Boolean(),
                state: Type.Optional(Type.Object({ running: Type.Optional(Type.Object({})) })),
              }),
            ),
          ),
        }),
      ),
    }),
  ),
})

type Deps = { send: Send; token: () => Promise<string> }
type Bound = { signal: AbortSignal }
/** Those that are not ending, with what it costs to lose them. `away`: its worker runs and has no connection. */
type LivePod = { name: string; cost: number; away: boolean }
type Place = { replicas: number; pods: LivePod[] }

/** Its service account may get and patch `deployments/scale`, and list and patch pods. */
export function createKubernetesProvider(
  settings: KubernetesSettings,
  { send, token }: Deps,
  options: CallOptions = {},
): Provider {
  const { url, namespace, deployment, regions } = settings
  const reasonOf = (json: unknown) => {
    const message = (json as { message?: unknown } | null)?.message
    return typeof message === 'string' ? message : null
  }
  const call = createCaller('kubernetes', { send, reasonOf }, options)
  const base = url.replace(/\/+$/, '')
  const podsUrl = `${base}/api/v1/namespaces/${namespace}/pods`
  const scaleUrl = (region: string): string =>
    `${base}/apis/apps/v1/namespaces/${namespace}/deployments/${deployment.replaceAll('{region}', region)}/scale`
  const headers = async (more = {}) => ({ authorization: `Bearer ${await token()}`, ...more })
  const get = async (at: string, bound: Bound) =>
    call({ method: 'GET', url: at, headers: await headers() }, bound)
  const patch = async (at: string, body: object, bound: Bound) =>
    call({ method: 'PATCH', url: at, body, headers: await headers(MERGE) }, bound)

  const placeOf = async (region: string, bound: Bound): Promise<Place> => {
    const { spec, status } = checked(Scale, await get(scaleUrl(region), bound))
    const query = new URLSearchParams({
      labelSelector: status.selector ?? '',
      limit: String(PODS_MAX),
    })
    if (!status.selector) throw new AppError('infrastructure', 'kubernetes: no selector of pods')
    const { items } = checked(Pods, await get(`${podsUrl}?${query.toString()}`, bound))
    const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    return {
      replicas: spec.replicas ?? 1,
      pods: alive.map(({ metadata: { name, annotations }, status }) => ({
        name,
        cost: Number(annotations?.[COST] ?? 0) || 0,
        away: (status?.containerStatuses ?? []).some(
          ({ ready, state }) => !ready && state?.running,
        ),
      })),
    }
  }

  const scale = (region: string, replicas: number, bound: Bound) =>
    patch(scaleUrl(region), { spec: { replicas } }, bound)

  return {
    name: 'kubernetes',
    async list(bound) {
      const places = await Promise.all(
        regions.map(async (region) => ({ region, ...(await placeOf(region, bound)) })),
      )
      return places.flatMap(({ region, replicas, pods }) => {
        const unborn = Array.from({ length: Math.max(0, replicas - pods.length) })
        const names = [
          ...pods.map(({ name }) => name),
          ...unborn.map((_, i) => `${UNBORN} ${i + 1}`),
        ]
        return names.map((name) => ({ name, region }))
      })
    },
    async add({ region, count }, bound) {
      const { replicas } = await placeOf(region, bound)
      await scale(region, replicas + count, bound)
    },
    async stop({ region, instance }, bound) {
      if (instance === null) throw new AppError('infrastructure', 'kubernetes stops pods by name')
      const { replicas, pods } = await placeOf(region, bound)
      if (instance.startsWith(UNBORN)) {
        if (replicas > pods.length) await scale(region, replicas - 1, bound)
        return
      }
      // More pods than replicas: the last one that was marked has not ended yet, and only one may be.
      if (!pods.some(({ name }) => name === instance) || pods.length > replicas) return
      // It would go before any that is marked, and may have results that nobody else has: later then.
      if (pods.some(({ name, away }) => away && name !== instance)) return
      // Cheaper than any other, those too that were marked and then stayed.
      const cost = Math.min(0, ...pods.map((pod) => pod.cost)) - 1
      const pod = `${podsUrl}/${encodeURIComponent(instance)}`
      await patch(pod, { metadata: { annotations: { [COST]: String(cost) } } }, bound)
      await scale(region, replicas - 1, bound)
    },
  }
}

function checked<T extends Type.TSchema>(schema: T, json: unknown): Type.Static<T> {
  if (Value.Check(schema, json)) return json as Type.Static<T>
  throw new AppError('infrastructure', 'kubernetes answered what its API does not have')
}
