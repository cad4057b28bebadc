// What tests of the kubernetes target begin with: a pretended cluster, a target that talks to it, small deployments.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import { applySteps } from '../execute.ts'
import { planSteps } from '../plan.ts'
import type { Target } from '../target.ts'
import { createKubernetesTarget } from '../targets/kubernetes.ts'
import { serviceSpec, smallDeployment } from './deployments.ts'
import { createFakeCluster, type FakeCluster } from './fake-cluster.ts'
import { type FleetDouble, startFleet } from './fleet-double.ts'

/** Of the repository. */
export const root = new URL('../../..', import.meta.url).pathname
/** A test that takes longer hangs. */
export const TIMEOUT_MS = 60_000
/** Of every call. */
export const bound = () => ({
  signal: AbortSignal.timeout(TIMEOUT_MS),
  timeoutMs: TIMEOUT_MS,
  say: () => undefined,
})

let compiled: string | null = null

/** Of this process, for the calls of all its tests; gone with it. */
function compiledFolder(): string {
  if (compiled === null) {
    const made = mkdtempSync(path.join(tmpdir(), 'syndata-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    compiled = made
  }
  return compiled
}

/** `env`: of nodeops, besides what its kubectl needs. */
export function clusterFor(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const cluster = createFakeCluster(folder, { compiled: compiledFolder() })
  const open = (deployment: Deployment): Target =>
    createKubernetesTarget({
      ...{ deployment, root, command: cluster.command },
      references: { env: { ...cluster.env, ...env }, folder },
    })
  return { cluster, open }
}

/** What answers at the cluster's coordinators, and what their workers hold. */
export async function coordinatorOf(t: TestContext, cluster: FakeCluster): Promise<FleetDouble> {
  const fleet = await startFleet(t, path.dirname(cluster.command))
  cluster.change((state) => {
    state.restPort = Number(new URL(fleet.url).port)
    state.fleetFile = fleet.file
  })
  return fleet
}

/** The deployment with its worker changed. */
export const withWorker = (deployment: Deployment, changes: Partial<ServiceSpec>): Deployment => ({
  ...deployment,
  services: deployment.services.map((spec) =>
    spec.role === 'worker' ? { ...spec, ...changes } : spec,
  ),
})

/** Workers of one region and what they dial, with parts in a bucket. */
export const fewDeployment = (changes: Partial<Deployment> = {}): Deployment =>
  smallDeployment({
    regions: [{ region: 'us-west', count: 1 }],
    services: [
      serviceSpec('coordinator', { env: { SYNDATA_STORE: { value: 's3:bucket' } } }),
      serviceSpec('worker'),
    ],
    ...changes,
  })

/** The steps that are to be done, without waiting for what comes of them. */
export async function applyAll(
  target: Target,
  deployment: Deployment,
  say: (line: string) => void = () => undefined,
): Promise<void> {
  const steps = planSteps(deployment, await target.observe(bound()))
  await applySteps(target, deployment, { ...bound(), steps, say })
}

/** Names of the cluster's objects of a kind. */
export const namesOf = (cluster: FakeCluster, kind: string): string[] =>
  cluster
    .objects()
    .filter((each) => each.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort()
