// Fewer workers in a region: those that go are drained through the coordinator first and marked as the cheapest to lose,
// so that Kubernetes, which chooses, chooses them.
import { setTimeout as delay } from 'node:timers/promises'
import { type Deployment, serviceOfRole } from '../../deployment.ts'
import {
  createFleetCalls,
  type FleetCalls,
  type FleetWorker,
  refused,
} from '../../leave/fleet-calls.ts'
import { addressOf, drainLimitMs, UNKNOWN_COORDINATOR } from '../../leave/fleet-door.ts'
import { type Leaving, leaveInOrder, refuseBusy } from '../../leave/leave.ts'
import { type Bound, TargetError } from '../../target.ts'
import type { References } from '../references.ts'
import type { Kubectl } from './kubectl.ts'
import { LABEL, type Manifest, type Scope, SECRETS, workerNameOf } from './manifests.ts'
import type { PodObject } from './objects.ts'

export type ShrinkDeps = { kubectl: Kubectl; scope: Scope; references: References }
type Doing = Bound & { deployment: Deployment; say: (line: string) => void }
export type Shrinking = { region: string; from: number; to: number }

const COST = 'controller.kubernetes.io/pod-deletion-cost'
const REST_PORT = 8000
const API_KEY = 'SYNDATA_ADMIN_API_KEY'
const LOOK_AGAIN_MS = 1_000
const DOOR_MS = 60_000

/** Throws TargetError when workers still had work to the last; the others are gone then. */
export async function shrink(deps: ShrinkDeps, wanted: Shrinking, doing: Doing): Promise<void> {
  const { kubectl, references } = deps
  const { region, from, to } = wanted
  const limitMs = drainLimitMs(doing.deployment, references.env)
  const pods = limitMs === 0 ? [] : await settledPods(deps, region, { ...doing, limitMs })
  if (pods.length <= to) return scaleTo(kubectl, wanted, doing)
  const door = await openedDoor(deps, { ...doing, limitMs })
  if (!door) {
    doing.say(UNKNOWN_COORDINATOR)
    return scaleTo(kubectl, wanted, doing)
  }
  try {
    const workers = await door.fleet.workers(region, doing)
    const going = chosen(pods, workers, pods.length - to)
    const leaving: Leaving = { ...doing, fleet: door.fleet, region, limitMs }
    const busy = await leaveInOrder(leaving, workersOf(going), async (idle) => {
      const ending = going.filter(({ worker }) => !worker || idle.includes(worker))
      await mark(kubectl, pods, ending, doing)
      const kept = going.length - ending.length
      if (to + kept < from) await scaleTo(kubectl, { region, from, to: to + kept }, doing)
    })
    refuseBusy(busy, leaving)
  } finally {
    door.close()
  }
}

/** Only if nobody else has scaled it meanwhile: which pods would go then is not what was looked at. */
const scaleTo = (kubectl: Kubectl, { region, from, to }: Shrinking, bound: Bound): Promise<void> =>
  kubectl.scale(`deployment/${workerNameOf(region)}`, { from, to }, bound)

const stateOf = ({ status = {} }: PodObject): 'absent' | 'away' | 'ready' => {
  const [container] = status.containerStatuses ?? []
  if (container?.ready) return 'ready'
  return container?.state && 'running' in container.state ? 'away' : 'absent'
}

/**
 * Kubernetes ends those that are not ready before any that is marked. So one that runs and is not connected, which may
 * have results that nobody else has, is waited for; it goes first if it does not come back.
 */
async function settledPods(
  { kubectl, scope }: ShrinkDeps,
  region: string,
  { signal, limitMs, say }: Bound & { limitMs: number; say: (line: string) => void },
): Promise<PodObject[]> {
  const selector = `${LABEL.deployment}=${scope.name},${LABEL.region}=${region}`
  const until = performance.now() + limitMs
  for (let looks = 0; ; looks++) {
    const found = await kubectl.list<PodObject>(['pods'], selector, { signal })
    const pods = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    const away = pods.filter((pod) => stateOf(pod) === 'away')
    if (away.length === 0 || performance.now() > until) return pods
    if (looks === 0)
      say(`${away.map(({ metadata }) => metadata.name).join(', ')}: not connected yet`)
    await delay(LOOK_AGAIN_MS, undefined, { signal })
  }
}

type Going = { pod: string; worker: FleetWorker | null }

const ORDER = { absent: 0, away: 1, ready: 2 } as const

/** In the order in which Kubernetes would: what runs no worker first; then those with the least to end. */
function chosen(
  pods: readonly PodObject[],
  workers: readonly FleetWorker[],
  count: number,
): Going[] {
  const ranked = pods.map((pod) => {
    const worker = workers.find(({ name }) => name === pod.metadata.name) ?? null
    const isDrained = worker?.draining === true
    return { pod: pod.metadata.name, worker, isDrained, state: ORDER[stateOf(pod)] }
  })
  ranked.sort(
    (a, b) =>
      a.state - b.state ||
      Number(b.isDrained) - Number(a.isDrained) ||
      (a.worker?.unfinished ?? 0) - (b.worker?.unfinished ?? 0),
  )
  return ranked.slice(0, count)
}

const workersOf = (going: readonly Going[]): FleetWorker[] =>
  going.flatMap(({ worker }) => worker ?? [])

/** Cheaper than any other, those too that were marked and then stayed. */
async function mark(
  kubectl: Kubectl,
  pods: readonly PodObject[],
  ending: readonly Going[],
  bound: Bound,
): Promise<void> {
  const costs = pods.map(({ metadata }) => Number(metadata.annotations?.[COST] ?? 0) || 0)
  const cost = String(Math.min(0, ...costs) - 1)
  for (const { pod } of ending) await kubectl.annotate(`pod/${pod}`, { [COST]: cost }, bound)
}

type Door = { fleet: FleetCalls; close: () => void }

/** A coordinator may be about to start, for the plan that this is a step of. */
async function openedDoor(deps: ShrinkDeps, doing: Doing & { limitMs: number }) {
  const until = performance.now() + Math.min(DOOR_MS, doing.limitMs)
  for (;;) {
    try {
      return await openDoor(deps, doing)
    } catch (error) {
      doing.signal.throwIfAborted()
      // Rights and secrets do not come by waiting.
      if (error instanceof TargetError && error.kind === 'refused') throw error
      if (performance.now() > until) throw refused((error as Error).message, error)
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal: doing.signal })
  }
}

/** The one that is named, else the coordinator of this deployment; null where there is neither. */
async function openDoor(
  { kubectl, scope, references }: ShrinkDeps,
  { deployment, signal }: Doing,
): Promise<Door | null> {
  const named = addressOf(references)
  if (named) return { fleet: createFleetCalls(named), close: () => undefined }
  const worker = serviceOfRole(deployment, 'worker')
  const isHere = serviceOfRole(deployment, 'coordinator') && !worker?.env['SYNDATA_COORDINATOR']
  if (!isHere) return null
  const secret = await kubectl.get<Manifest>('secret', SECRETS, { signal })
  const apiKey = Buffer.from(secret?.data?.[API_KEY] ?? '', 'base64').toString()
  if (apiKey === '') {
    const message = `the secret ${SECRETS} of ${scope.namespace} has no ${API_KEY}`
    throw new TargetError('refused', message, 'Set SYNDATA_URL and SYNDATA_API_KEY.')
  }
  const { url, close } = await kubectl.forward('coordinator', REST_PORT, { signal })
  return { fleet: createFleetCalls({ url, apiKey }), close }
}
