// Workers outside the cluster: the two doors that they dial, each behind a load balancer that passes TLS through, because
// both speak it under the installation's own authority, which tokens pin.
import type { Deployment, ServiceSpec } from '../../deployment.ts'
import { serviceOfRole } from '../../deployment.ts'
import type { Finding } from '../../target.ts'
import { finding } from '../findings.ts'
import { type Base, inScope, LABEL, type Manifest, ofOurs, type Scope } from './manifests.ts'
import { storeFolderOf } from './store.ts'

type Address = { host: string; port: number }

const FLEET = 'SYNDATA_FLEET_ADDRESSES'
const PARTS = 'SYNDATA_PARTS_URL'
/** What pods know each other by: `coordinator`, `parts.syndata.svc`. */
const INSIDE = /^[^.:]*$|\.svc(\.|$)/
const PORTS = { fleet: 7443, parts: 8130 }

const textOf = ({ env }: ServiceSpec, name: string): string => {
  const value = env[name]
  return value && 'value' in value ? value.value : ''
}

/** Addresses of the fleet door that are not the cluster's own. */
const fleetOf = (spec: ServiceSpec): Address[] =>
  textOf(spec, FLEET)
    .split(',')
    .flatMap((entry) => addressIn(`tls://${entry.trim()}`, 0))

const partsOf = (spec: ServiceSpec): Address[] => addressIn(textOf(spec, PARTS), 443)

function addressIn(url: string, fallback: number): Address[] {
  if (!URL.canParse(url)) return []
  const { hostname, port } = new URL(url)
  const address = { host: hostname, port: Number(port) || fallback }
  return INSIDE.test(hostname) || hostname === '' || address.port === 0 ? [] : [address]
}

/** Load balancers and the ways through the policies; none where all workers are inside. */
export function outsideManifests(
  spec: ServiceSpec,
  { scope, base }: { scope: Scope; base: Base },
): Manifest[] {
  const doors = { fleet: fleetOf(spec), parts: partsOf(spec) }
  const here = (manifest: Manifest): Manifest => inScope(scope, manifest, spec.name)
  const services = base.documents.outside.flatMap((document) => {
    const door = document.metadata.name === 'public-fleet' ? 'fleet' : 'parts'
    return doors[door].length > 0 ? [balancer(document, door, doors[door])] : []
  })
  return [
    ...services,
    ...(doors.fleet.length > 0 ? [ingress('from-outside-fleet', 'coordinator', PORTS.fleet)] : []),
    ...(doors.parts.length > 0 ? [ingress('from-outside-parts', 'parts', PORTS.parts)] : []),
    // Workers inside are given the same address of parts, and coordinators ask there how parts are.
    ...doors.parts.slice(0, 1).map(({ port }) => egress('to-public-parts', port)),
  ].map((manifest) => here(ofOurs(manifest, scope)))
}

function balancer(document: Manifest, door: keyof typeof PORTS, addresses: Address[]): Manifest {
  const hosts = [...new Set(addresses.map(({ host }) => host))]
  const ports = [...new Set(addresses.map(({ port }) => port))]
  return {
    ...document,
    metadata: {
      ...document.metadata,
      annotations: { 'external-dns.alpha.kubernetes.io/hostname': hosts.join(',') },
    },
    spec: {
      ...document.spec,
      ports: ports.map((port) => ({ name: `${door}-${port}`, port, targetPort: door })),
    },
  }
}

const policy = (name: string, spec: Record<string, unknown>): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec,
})

const ingress = (name: string, component: string, port: number): Manifest =>
  policy(name, {
    podSelector: { matchLabels: { [LABEL.component]: component } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port }] }],
  })

const egress = (name: string, port: number): Manifest =>
  policy(name, {
    podSelector: {
      matchExpressions: [
        { key: LABEL.component, operator: 'In', values: ['worker', 'coordinator'] },
      ],
    },
    policyTypes: ['Egress'],
    egress: [
      { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }], ports: [{ port }] },
    ],
  })

/** A door alone is of no use, and one that cannot be seen gets no balancer. */
export function outsideFindings(deployment: Deployment): Finding[] {
  const spec = serviceOfRole(deployment, 'coordinator')
  if (!spec) return []
  const fault = (message: string): Finding => finding('error', spec.name, message)
  const hidden = [FLEET, PARTS].filter((name) => name in spec.env && textOf(spec, name) === '')
  const [fleet, parts] = [fleetOf(spec), partsOf(spec)]
  const bucket = storeFolderOf(spec) === null
  return [
    ...hidden.map((name) => fault(`${name} has to be a value: load balancers are made of it`)),
    ...(fleet.length > 0 && parts.length === 0 && !bucket
      ? [fault(`${FLEET} is for workers outside, which need ${PARTS} too: https://host:8130`)]
      : []),
    ...(parts.length > 0 && fleet.length === 0
      ? [fault(`${PARTS} is for workers outside, which need ${FLEET} too: host:7443`)]
      : []),
    ...(parts.length > 0 && !textOf(spec, PARTS).startsWith('https:')
      ? [fault(`${PARTS} has to begin with https: parts speak TLS`)]
      : []),
    ...(fleet.length > 0 ? [finding('note', spec.name, OUTSIDE)] : []),
  ]
}

const OUTSIDE =
  'load balancers for workers outside: point these names at public-fleet and public-parts (external-dns does)'
