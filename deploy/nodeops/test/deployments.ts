// Deployments for tests: small ones by hand, any by chance.
import fc from 'fast-check'
import {
  type Deployment,
  type RegionCount,
  ROLES,
  type Role,
  type ServiceSpec,
} from '../deployment.ts'
import { ROLE_FACTS } from '../file/roles.ts'

export const serviceSpec = (role: Role, changes: Partial<ServiceSpec> = {}): ServiceSpec => ({
  name: role,
  role,
  image: null,
  ports: { ...ROLE_FACTS[role].ports },
  replicas: 1,
  resources: null,
  volumes: [],
  healthCheck: null,
  settings: {},
  env: {},
  ...changes,
})

/** All roles but the scheduler, a worker in each region that is named. */
export function smallDeployment(changes: Partial<Deployment> = {}): Deployment {
  const regions = changes.regions ?? [
    { region: 'us-west', count: 1 },
    { region: 'eu-central', count: 1 },
  ]
  const workers = regions.reduce((sum, { count }) => sum + count, 0)
  const roles = ROLES.filter((role) => role !== 'scheduler')
  return {
    name: 'small',
    version: null,
    description: null,
    services: roles.map((role) =>
      serviceSpec(role, role === 'worker' ? { replicas: workers } : {}),
    ),
    scaling: null,
    rollout: { kind: 'rolling', maxSurge: 1, maxUnavailable: 0 },
    ...changes,
    regions,
  }
}

const regionsBy: fc.Arbitrary<RegionCount[]> = fc.uniqueArray(
  fc.record({
    region: fc.constantFrom('us-west', 'us-east', 'eu-central'),
    count: fc.integer({ min: 0, max: 4 }),
  }),
  { selector: ({ region }) => region, maxLength: 3 },
)

const specBy = (role: Role): fc.Arbitrary<ServiceSpec> =>
  fc
    .record({
      replicas: fc.integer({ min: 0, max: ROLE_FACTS[role].replicasMax === 1 ? 1 : 3 }),
      settings: fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('1', '2')),
      image: fc.constantFrom(null, 'a:1', 'a:2'),
      named: fc.constantFrom(role, `${role}-2`),
    })
    .map(({ named, settings, ...rest }) =>
      serviceSpec(role, { ...rest, settings: { ...settings }, name: named }),
    )

/** Any deployment, whole or not; its limits hold its workers. */
export const deploymentBy: fc.Arbitrary<Deployment> = fc
  .record({
    regions: regionsBy,
    roles: fc.subarray([...ROLES]),
    isScaled: fc.boolean(),
    specs: fc.tuple(...ROLES.map(specBy)),
  })
  .map(({ regions, roles, isScaled, specs }) => {
    const placed = roles.includes('worker') ? regions.filter(({ count }) => count > 0) : []
    const workers = placed.reduce((sum, { count }) => sum + count, 0)
    const services = specs
      .filter(({ role }) => roles.includes(role))
      .map((spec) => (spec.role === 'worker' ? { ...spec, replicas: workers } : spec))
    const scaling =
      isScaled && workers > 0 ? { min: Math.max(0, workers - 2), max: workers + 2 } : null
    return smallDeployment({ services, regions: placed, scaling })
  })
