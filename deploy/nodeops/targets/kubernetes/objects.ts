// What the cluster says about a deployment's objects, in words of people.
import type { RegionState } from '../in-turn.ts'
import type { Metadata } from './manifests.ts'

type Condition = { type: string; status: string; reason?: string; message?: string }

export type WorkloadObject = {
  kind: string
  metadata: Metadata & { generation?: number }
  spec: { replicas?: number }
  status?: {
    observedGeneration?: number
    replicas?: number
    readyReplicas?: number
    updatedReplicas?: number
    conditions?: Condition[]
  }
}
type Waiting = { reason?: string; message?: string }
export type PodObject = {
  kind: 'Pod'
  metadata: Metadata & { deletionTimestamp?: string }
  status?: {
    phase?: string
    conditions?: Condition[]
    containerStatuses?: ContainerStatus[]
    initContainerStatuses?: ContainerStatus[]
  }
}
type ContainerStatus = {
  name: string
  ready?: boolean
  state?: {
    running?: object
    waiting?: Waiting
    terminated?: Waiting & { exitCode?: number }
  }
  lastState?: { terminated?: { exitCode?: number; reason?: string } }
}
export type PlainObject = { kind: string; metadata: Metadata; data?: Record<string, string> }

/** Those that are well and of the present form: the old ones of a rollout do not count. */
export function readyOf({ metadata, status = {} }: WorkloadObject): number {
  const { observedGeneration = 0, replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status
  if (observedGeneration < (metadata.generation ?? 0)) return 0
  const old = Math.max(0, replicas - updatedReplicas)
  return Math.max(0, Math.min(updatedReplicas, readyReplicas - old))
}

/** As many as it was told to be. */
export const wantedOf = ({ spec }: WorkloadObject): number => spec.replicas ?? 1

/** `running`, or what keeps it from that. */
export function stateOf(workloads: readonly WorkloadObject[], pods: readonly PodObject[]): string {
  const missing = workloads.some((each) => readyOf(each) < wantedOf(each))
  if (!missing) return 'running'
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const trouble = alive.map(troubleOf).find((text) => text !== null)
  return trouble ?? failureOf(workloads) ?? 'starting'
}

/** For example a quota that is used up. */
function failureOf(workloads: readonly WorkloadObject[]): string | null {
  const conditions = workloads.flatMap(({ status }) => status?.conditions ?? [])
  const failure = conditions.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  )
  return failure ? `no pods: ${failure.message ?? failure.reason ?? 'for no reason given'}` : null
}

/** Of the workers of one region. */
export function regionStateOf(objects: readonly (WorkloadObject | PodObject)[]): RegionState {
  const pods = objects.filter((object): object is PodObject => object.kind === 'Pod')
  const workloads = objects.filter((object): object is WorkloadObject => object.kind !== 'Pod')
  const sum = (of: (workload: WorkloadObject) => number): number =>
    workloads.reduce((all, workload) => all + of(workload), 0)
  return { ready: sum(readyOf), replicas: sum(wantedOf), state: stateOf(workloads, pods) }
}

const WORDS: Readonly<Record<string, string>> = {
  ErrImagePull: 'the image cannot be pulled',
  ImagePullBackOff: 'the image cannot be pulled',
  InvalidImageName: 'the name of the image is not one',
  CrashLoopBackOff: 'it ends again and again',
  CreateContainerConfigError: 'its settings are not complete',
  CreateContainerError: 'its container cannot be made',
}

function troubleOf({ metadata, status = {} }: PodObject): string | null {
  const place = status.conditions?.find(({ type }) => type === 'PodScheduled')
  if (place?.status === 'False') return `no node for it: ${place.message ?? place.reason ?? ''}`
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  for (const { state, lastState } of containers) {
    const { reason = '', message } = state?.waiting ?? {}
    const words = WORDS[reason]
    if (words === undefined) continue
    const exitCode = lastState?.terminated?.exitCode
    const why = message ?? (exitCode === undefined ? reason : `exit code ${exitCode}`)
    return `${words} (${metadata.name}): ${why}`
  }
  return null
}
