// What has to be done so that what runs is what the file says: a pure function, empty when nothing has to.
import { isDeepStrictEqual } from 'node:util'
import { changesBetween } from './changes.ts'
import { type Deployment, type RegionCount, type ServiceSpec, workersOf } from './deployment.ts'
import { revisionOf } from './revision.ts'
import type { Observed, Step } from './target.ts'

export type PlanOptions = {
  /** Services with references are told again: what stands behind a name may have changed. */
  refresh: boolean
}

/**
 * In the order in which they are applied: what others need comes first and goes last. With autoscaling the workers of
 * regions are left alone while their number is within the limits and the file's own counts have not changed.
 */
export function planSteps(
  desired: Deployment,
  observed: Observed,
  { refresh }: PlanOptions = { refresh: false },
): Step[] {
  const revision = revisionOf(desired)
  const steps: Step[] = [
    ...(observed.exists ? [] : [{ kind: 'install' } as const]),
    ...desired.services.flatMap((spec) => serviceSteps(spec, observed, refresh)),
    ...placeSteps(desired, observed),
    ...removals(desired, observed),
  ]
  return steps.length > 0 || observed.revision !== revision
    ? [...steps, { kind: 'settle', revision }]
    : []
}

function serviceSteps(spec: ServiceSpec, observed: Observed, refresh: boolean): Step[] {
  const found = observed.services.find(({ name }) => name === spec.name)
  const service = spec.name
  if (!found) return [{ kind: 'create', service }]
  if (found.role !== spec.role)
    return [
      { kind: 'remove', service },
      { kind: 'create', service },
    ]
  const changes = found.told ? changesBetween(found.told, spec) : null
  const again = refresh && Object.values(spec.env).some((value) => !('value' in value))
  const update: Step[] =
    changes === null || changes.length > 0 || again
      ? [{ kind: 'update', service, changes: changes ?? [] }]
      : []
  if (spec.role === 'worker' || found.replicas === spec.replicas) return update
  return [...update, { kind: 'scale', service, from: found.replicas, to: spec.replicas }]
}

function placeSteps(desired: Deployment, observed: Observed): Step[] {
  const counts = new Map(observed.regions.map(({ region, count }) => [region, count]))
  if (isLeftAlone(desired, observed)) return []
  const wanted = new Map(desired.regions.map(({ region, count }) => [region, count]))
  const regions = [...new Set([...wanted.keys(), ...counts.keys()])]
  const places = regions.map((region) => ({
    kind: 'place' as const,
    region,
    from: counts.get(region) ?? 0,
    to: wanted.get(region) ?? 0,
  }))
  // More first: the fleet is never smaller on the way than at both ends.
  return places
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => Number(a.to < a.from) - Number(b.to < b.from))
}

function isLeftAlone({ scaling, regions }: Deployment, observed: Observed): boolean {
  if (!scaling || observed.settledRegions === null) return false
  const workers = workersOf(observed)
  const same = isDeepStrictEqual(sorted(regions), sorted(observed.settledRegions))
  const known = observed.regions.every(
    ({ region, count }) => count === 0 || regions.some((wanted) => wanted.region === region),
  )
  return same && known && workers >= scaling.min && workers <= scaling.max
}

const sorted = (regions: readonly RegionCount[]): RegionCount[] =>
  regions
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => (a.region < b.region ? -1 : Number(a.region > b.region)))

function removals(desired: Deployment, observed: Observed): Step[] {
  return observed.services
    .filter(({ name }) => !desired.services.some((spec) => spec.name === name))
    .toReversed()
    .map(({ name }) => ({ kind: 'remove', service: name }))
}
