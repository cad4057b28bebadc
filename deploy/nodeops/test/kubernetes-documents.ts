// The documents of a deployment as tests look at them.
import assert from 'node:assert/strict'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import {
  isWorkload,
  type Manifest,
  readBase,
  type Workload,
} from '../targets/kubernetes/manifests.ts'
import {
  commonManifests,
  namespaceManifest,
  recordManifest,
  serviceManifests,
} from '../targets/kubernetes/render.ts'
import { serviceSpec, smallDeployment } from './deployments.ts'

/** Of the repository. */
export const root = new URL('../../..', import.meta.url).pathname
/** Of k8s/. */
export const base = readBase(root)
/** Of `render`. */
export const scope = { name: 'small', namespace: 'small' }
type Options = { registry?: string | null; references?: string | null }

/** All of them, as if nothing were there. */
export function render(
  deployment: Deployment,
  { registry = null, references = null }: Options = {},
): (Manifest | Workload)[] {
  const rendering = { scope, base, registry, deployment, references, replicas: new Map() }
  return [
    ...namespaceManifest(scope, base),
    ...commonManifests(scope, base),
    recordManifest(scope, { revision: 'r' }),
    ...deployment.services.flatMap((spec) => serviceManifests(spec, rendering, deployment.regions)),
  ]
}

/** Fails when there is none. */
export const workloadIn = (manifests: readonly (Manifest | Workload)[], name: string): Workload => {
  const found = manifests.find((each) => isWorkload(each) && each.metadata.name === name)
  assert.ok(found && isWorkload(found), name)
  return found
}
/** Of the workload of this name, the first. */
export const containerIn = (manifests: readonly (Manifest | Workload)[], name: string) => {
  const [container] = workloadIn(manifests, name).spec.template.spec.containers
  assert.ok(container)
  return container
}

/** All roles, with the changes by role. */
export const whole = (changes: Partial<Record<string, Partial<ServiceSpec>>> = {}): Deployment => {
  const small = smallDeployment()
  const services = [...small.services, serviceSpec('scheduler')]
  return {
    ...small,
    services: services.map((spec) => ({ ...spec, ...changes[spec.role] })),
  }
}
