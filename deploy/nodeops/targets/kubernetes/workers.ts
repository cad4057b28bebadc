// The workers of one region: a Deployment of its own, so that they are placed, counted and scaled by region.
import type { ServiceSpec } from '../../deployment.ts'
import {
  inScope,
  isWorkload,
  LABEL,
  type Manifest,
  type Scope,
  type Template,
  type Workload,
  workerNameOf,
} from './manifests.ts'
import { type WorkloadOptions, workloadOf } from './workload.ts'

/** From the base's worker.yaml: its Deployment and its disruption budget. */
export function workerManifests(
  base: readonly Manifest[],
  spec: ServiceSpec,
  { region, ...options }: WorkloadOptions & { region: string },
): (Manifest | Workload)[] {
  return base.map((document) => {
    const named = inRegion(document, region)
    return isWorkload(named)
      ? workloadOf(
          { ...named, spec: { ...named.spec, template: placed(named, region) } },
          spec,
          options,
        )
      : inScope<Manifest>(options.scope, named, spec.name)
  })
}

type Selecting = { selector: { matchLabels: Record<string, string> } }

function inRegion(document: Manifest | Workload, region: string): Manifest | Workload {
  const { metadata, spec } = document
  const { selector } = spec as unknown as Selecting
  const own = { [LABEL.region]: region }
  const labels = { ...metadata.labels, ...own }
  const selects = { selector: { matchLabels: { ...selector.matchLabels, ...own } } }
  return {
    ...document,
    metadata: { ...metadata, name: workerNameOf(region), labels },
    spec: { ...spec, ...selects },
  } as Manifest | Workload
}

/** Labelled with the region, which its container is told by that label, and on nodes of it where there are any. */
function placed({ spec }: Workload, region: string): Template {
  const { metadata, spec: pod } = spec.template
  const expression = { key: LABEL.region, operator: 'In', values: [region] }
  const preference = { weight: 100, preference: { matchExpressions: [expression] } }
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, [LABEL.region]: region } },
    spec: {
      ...pod,
      affinity: {
        ...pod.affinity,
        nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preference] },
      },
    },
  }
}

/** Carries what workers were told, also while there are none. */
export const workerAnchor = (
  scope: Scope,
  spec: ServiceSpec,
  { name, annotations }: { name: string; annotations: Record<string, string> },
): Manifest =>
  inScope<Manifest>(
    scope,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations } },
    spec.name,
  )
