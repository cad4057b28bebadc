// Pods of the pretended cluster and what becomes of them: ready after some looks, if nothing that they need is missing.
import { objectOf } from './kubectl-leaves.ts'
import { isTemplated, type Obj, type Pod, type Templated } from './kubectl-rules.ts'
import type { ClusterState, Stored, StoredPod } from './kubectl-state.ts'
import { endedTooEarly } from './may-end.ts'

/** Looks after which pods are there, and after which they are well. */
const SEEN_LOOKS = 1
const READY_LOOKS = 2

export const asObject = (stored: Stored): Obj => objectOf(Object.values(stored.leaves)) as Obj

type Trouble =
  | { kind: 'node'; message: string }
  | { kind: 'container'; reason: string; message: string }
type Living = { stored: Stored; object: Obj & { spec: Templated }; replicas: number }

export function livingOf(state: ClusterState): Living[] {
  return state.objects.flatMap((stored) => {
    const object = asObject(stored)
    if (!isTemplated(object) || object.kind === 'Job') return []
    return [{ stored, object, replicas: object.spec.replicas ?? 1 }]
  })
}

export function statusOf(state: ClusterState, { stored, object, replicas }: Living): object {
  if (stored.looks < SEEN_LOOKS) return { observedGeneration: stored.generation - 1 }
  const isWell =
    stored.looks >= READY_LOOKS && troubleOf(state, object.spec.template.spec, stored) === null
  return {
    ...{ observedGeneration: stored.generation, replicas, updatedReplicas: replicas },
    ...(isWell && replicas > 0 ? { readyReplicas: replicas } : {}),
  }
}

export function podsOf(state: ClusterState, living: Living): object[] {
  const { stored, object } = living
  if (stored.looks < SEEN_LOOKS) return []
  const { template } = object.spec
  const trouble = troubleOf(state, template.spec, stored)
  const isReady = trouble === null && stored.looks >= READY_LOOKS
  const namespace = stored.namespace ?? ''
  return (stored.pods?.all ?? []).map(({ name, annotations }) => ({
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name, namespace, labels: template.metadata.labels, annotations },
    spec: template.spec,
    status: podStatus(template.spec, trouble, { isReady, isAway: isAway(state, name) }),
  }))
}

const COST = 'controller.kubernetes.io/pod-deletion-cost'
const costOf = ({ annotations }: StoredPod): number => Number(annotations[COST] ?? 0)

/** As the controllers do: others for another template, more, or fewer: those that are not ready end first, then the cheapest. */
export function reconcile(state: ClusterState): void {
  for (const { stored, object, replicas } of livingOf(state)) {
    const template = JSON.stringify(object.spec.template)
    const isSame = stored.pods?.template === template
    const { made, all } =
      isSame && stored.pods ? stored.pods : { made: stored.pods?.made ?? 0, all: [] }
    const more = Array.from({ length: Math.max(0, replicas - all.length) }, (_, i): StoredPod => {
      const number = object.kind === 'StatefulSet' ? all.length + i : made + i
      return { name: `${stored.name}-${number}`, annotations: {} }
    })
    const fewer = Math.max(0, all.length - replicas)
    const rank = ({ name }: StoredPod): number => ((state.away[name] ?? 0) > 0 ? 0 : 1)
    const ending = all
      .toSorted((a, b) => rank(a) - rank(b) || costOf(a) - costOf(b))
      .slice(0, fewer)
    for (const { name } of ending) {
      state.ended.push(name)
      if (endedTooEarly(state.fleetFile ?? undefined, name)) state.endedTooEarly.push(name)
    }
    const kept = all.filter((pod) => !ending.includes(pod))
    stored.pods = { template, made: made + more.length, all: [...kept, ...more] }
  }
}

/** A look at it. */
function isAway({ away }: ClusterState, name: string): boolean {
  const left = away[name] ?? 0
  if (left > 0) away[name] = left - 1
  return left > 0
}

function podStatus(
  { containers }: Pod,
  trouble: Trouble | null,
  { isReady, isAway: runsAlone }: { isReady: boolean; isAway: boolean },
): object {
  if (trouble?.kind === 'node') {
    const { message } = trouble
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
    return { phase: 'Pending', conditions: [condition] }
  }
  const waiting = trouble ?? { reason: 'ContainerCreating', message: undefined }
  return {
    phase: isReady ? 'Running' : 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    containerStatuses: containers.map(({ name }) => ({
      ...{ name, ready: isReady && !runsAlone },
      state: isReady
        ? { running: {} }
        : { waiting: { reason: waiting.reason, message: waiting.message } },
    })),
  }
}

function troubleOf(state: ClusterState, pod: Pod, { namespace }: Stored): Trouble | null {
  const gpus = Math.max(
    0,
    ...pod.containers.map(({ resources }) => Number(resources?.limits?.['nvidia.com/gpu'] ?? 0)),
  )
  if (gpus > Math.max(0, ...state.nodes)) {
    const message = `0/${state.nodes.length} nodes are available: Insufficient nvidia.com/gpu.`
    return { kind: 'node', message }
  }
  const image = pod.containers.find(({ image: name = '' }) =>
    state.faults.some((fault) => fault.kind === 'no image' && name.includes(fault.image)),
  )
  if (image) {
    const message = `Back-off pulling image "${image.image}"`
    return { kind: 'container', reason: 'ImagePullBackOff', message }
  }
  const missing = missingOf(state, pod, namespace)
  if (missing === null) return null
  return { kind: 'container', reason: 'CreateContainerConfigError', message: missing }
}

/** The first thing that the pod refers to and that is not there. */
function missingOf(state: ClusterState, pod: Pod, namespace: string | null): string | null {
  const find = (kind: string, name: string) =>
    state.objects.find(
      (each) => each.kind === kind && each.name === name && each.namespace === namespace,
    )
  const lacks = (kind: string, name: string | undefined): string[] =>
    name === undefined || find(kind, name) ? [] : [`${kind.toLowerCase()} "${name}" not found`]
  const keys = pod.containers.flatMap(({ env = [], envFrom = [] }) => [
    ...envFrom.flatMap(({ configMapRef }) => lacks('ConfigMap', configMapRef?.name)),
    ...env.flatMap(({ valueFrom }) => {
      const ref = valueFrom?.secretKeyRef
      if (!ref) return []
      const found = find('Secret', ref.name)
      const has = found && Object.hasOwn(asObject(found).data ?? {}, ref.key)
      return has ? [] : [`couldn't find key ${ref.key} in Secret ${ref.name}`]
    }),
  ])
  const volumes = (pod.volumes ?? []).flatMap(({ secret, configMap, persistentVolumeClaim }) => [
    ...lacks('Secret', secret?.secretName),
    ...lacks('ConfigMap', configMap?.name),
    ...lacks('PersistentVolumeClaim', persistentVolumeClaim?.claimName),
  ])
  return [...keys, ...volumes, ...lacks('ServiceAccount', pod.serviceAccountName)][0] ?? null
}
