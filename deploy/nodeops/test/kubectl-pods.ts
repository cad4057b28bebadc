// Pods of the pretended cluster and what becomes of them: ready after some looks, if nothing that they need is missing.
import { objectOf } from './kubectl-leaves.ts'
import { isTemplated, type Obj, type Pod, type Templated } from './kubectl-rules.ts'
import type { ClusterState, Stored } from './kubectl-state.ts'

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
  const { stored, object, replicas } = living
  if (stored.looks < SEEN_LOOKS) return []
  const { template } = object.spec
  const trouble = troubleOf(state, template.spec, stored)
  const isReady = trouble === null && stored.looks >= READY_LOOKS
  return Array.from({ length: replicas }, (_, i) => {
    const suffix = object.kind === 'StatefulSet' ? String(i) : `${stored.generation}x${i}`
    const name = `${stored.name}-${suffix}`
    const namespace = stored.namespace ?? ''
    return {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name, namespace, labels: template.metadata.labels },
      spec: template.spec,
      status: podStatus(template.spec, trouble, isReady),
    }
  })
}

function podStatus({ containers }: Pod, trouble: Trouble | null, isReady: boolean): object {
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
      ...{ name, ready: isReady },
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
