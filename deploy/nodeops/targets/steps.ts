// What steps of a plan mean to every target.
import type { Deployment, RegionCount, ServiceSpec } from '../deployment.ts'
import { TargetError } from '../target.ts'

/** Throws TargetError for a service that the deployment does not have. */
export function specOf({ services }: Deployment, name: string): ServiceSpec {
  const spec = services.find((service) => service.name === name)
  if (spec) return spec
  throw new TargetError('failed', `the deployment has no service ${name}`, 'Plan anew.')
}

/** The services after one was created, updated (it keeps its replicas) or scaled (it keeps the rest). */
export function tellService(
  services: readonly ServiceSpec[],
  spec: ServiceSpec,
  kind: 'create' | 'update' | 'scale',
): ServiceSpec[] {
  const before = services.find(({ name }) => name === spec.name)
  const others = services.filter(({ name }) => name !== spec.name)
  const replicas = kind === 'update' && before ? before.replicas : spec.replicas
  const rest = kind === 'scale' && before ? before : spec
  return [...others, { ...rest, replicas }]
}

/** The regions after one got `count` workers; none of a region is no region. */
export const tellRegion = (
  regions: readonly RegionCount[],
  region: string,
  count: number,
): RegionCount[] => [
  ...regions.filter((each) => each.region !== region),
  ...(count > 0 ? [{ region, count }] : []),
]
