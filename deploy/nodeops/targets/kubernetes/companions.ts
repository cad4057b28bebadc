// What comes along with a service: tokens of workers, Temporal's pages, the way in from outside, the way to a bucket.

import { REGIONS } from '#settings/regions.ts'
import type { ServiceSpec } from '../../deployment.ts'
import { imageOf } from './container.ts'
import {
  inScope,
  isWorkload,
  LABEL,
  type Manifest,
  type Scope,
  type Workload,
} from './manifests.ts'
import { outsideManifests } from './outside.ts'
import type { Rendering } from './render.ts'
import { storeFolderOf } from './store.ts'

/** Besides the documents of its own file. */
export function companionsOf(spec: ServiceSpec, rendering: Rendering): (Manifest | Workload)[] {
  const { scope, base, registry } = rendering
  const { documents, version } = base
  const here = (document: Manifest): Manifest | Workload =>
    withOurLabel(inScope<Manifest | Workload>(scope, document, spec.name), scope)
  if (spec.role === 'temporal') return documents.web.map(here)
  if (spec.role === 'parts' && storeFolderOf(spec) === null) {
    return [egressOfWorkers('worker-store', [{ port: 443 }], spec, scope)]
  }
  if (spec.role !== 'coordinator') return []
  const images = { registry, version }
  const tokens = documents.tokens.map(here).map((document) => {
    if (!isWorkload(document)) return document
    const change = (name: string, image: string) =>
      imageOf({ image: name === 'tokens' ? spec.image : null, resources: null }, image, images)
    return withContainers(document, change)
  })
  return [...tokens, ...ingressOf(spec, rendering), ...outsideManifests(spec, rendering)]
}

/** Logs and states of a service are those of its own pods, so these have the deployment's label alone. */
function withOurLabel(document: Manifest | Workload, { name }: Scope): Manifest | Workload {
  if (!isWorkload(document)) return document
  const { template } = document.spec
  const labels = { ...template.metadata.labels, [LABEL.deployment]: name }
  return {
    ...document,
    spec: {
      ...document.spec,
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

function withContainers(document: Workload, imageFor: (name: string, image: string) => string) {
  const { template } = document.spec
  const containers = template.spec.containers.map((container) => ({
    ...container,
    image: imageFor(container.name, container.image),
    env: (container.env ?? []).map((variable) =>
      variable.name === 'SYNDATA_REGIONS' ? { ...variable, value: REGIONS.join(',') } : variable,
    ),
  }))
  const pod = { ...template, spec: { ...template.spec, containers } }
  return { ...document, spec: { ...document.spec, template: pod } }
}

/** Of the coordinator's public address, where the file has one. */
export function publicHostOf({ env }: ServiceSpec): string | null {
  const url = env['SYNDATA_PUBLIC_URL']
  if (url === undefined || !('value' in url) || !URL.canParse(url.value)) return null
  const { hostname, protocol } = new URL(url.value)
  return protocol === 'https:' ? hostname : null
}

function ingressOf(spec: ServiceSpec, { scope, base }: Rendering): Manifest[] {
  const host = publicHostOf(spec)
  if (host === null) return []
  return base.documents.ingress.map((document) => {
    const { tls, rules, ...rest } = document.spec as { tls: object[]; rules: object[] }
    const of = { tls: tls.map((each) => ({ ...each, hosts: [host] })) }
    const to = { rules: rules.map((each) => ({ ...each, host })) }
    return inScope<Manifest>(scope, { ...document, spec: { ...rest, ...of, ...to } }, spec.name)
  })
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']

/** `ports` undefined: any. */
export function egressOfWorkers(
  name: string,
  ports: { port: number }[] | undefined,
  spec: ServiceSpec,
  scope: Scope,
): Manifest {
  const except = ports ? PRIVATE : ['169.254.0.0/16']
  const to = [{ ipBlock: { cidr: '0.0.0.0/0', except } }]
  const matchLabels = { [LABEL.component]: 'worker', [LABEL.deployment]: scope.name }
  return inScope<Manifest>(
    scope,
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name },
      spec: {
        podSelector: { matchLabels },
        policyTypes: ['Egress'],
        egress: [{ to, ...(ports ? { ports } : {}) }],
      },
    },
    spec.name,
  )
}
