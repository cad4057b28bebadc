// What has to hold between services: together they are an installation, or workers of one that runs elsewhere.
import { at, type Report } from '#engine/config/problem.ts'
import {
  type Deployment,
  type Role,
  type ServiceSpec,
  serviceOfRole,
  workersOf,
} from '../deployment.ts'
import type { NamedService } from './read-service.ts'

/** Reports into `report`; services whose role is not known are left out of it. */
export function checkWhole(deployment: Deployment, named: NamedService[], report: Report): void {
  checkTwice(named, report)
  if (named.some(({ role }) => role === null) || named.length === 0) return
  const missing = (role: Role): boolean => !serviceOfRole(deployment, role)
  const need = (role: Role, why: string): void => {
    if (missing(role)) report.problem('/spec/services', why, `Add a service of type ${role}.`)
  }
  const worker = serviceOfRole(deployment, 'worker')
  if (missing('coordinator')) {
    if (worker && !dialsElsewhere(worker)) {
      const hint = 'Add one, or give the worker SYNDATA_COORDINATOR and SYNDATA_TOKEN in env.'
      report.problem('/spec/services', 'The workers have no coordinator', hint)
    }
    if (!worker) need('coordinator', 'There is neither a coordinator nor a worker')
    return
  }
  if (!hasEnv(deployment, 'SYNDATA_PARTS_URL')) {
    need('parts', 'Nothing takes what workers make: add parts, or SYNDATA_PARTS_URL in env')
  }
  if (!hasEnv(deployment, 'DATABASE_URL')) {
    need('postgres', 'The coordinator has no database: add one, or DATABASE_URL in env')
  }
  if (!hasEnv(deployment, 'TEMPORAL_ADDRESS')) {
    need('temporal', 'The coordinator has no Temporal: add one, or TEMPORAL_ADDRESS in env')
  }
  if (deployment.scaling) need('scheduler', 'Autoscaling is the work of a scheduler')
  checkBounds(deployment, report)
}

function checkTwice(named: NamedService[], report: Report): void {
  const roles = new Map<string, string>()
  const names = new Set<string>()
  for (const { service, path, role } of named) {
    const before = roles.get(role ?? '')
    if (role !== null && before !== undefined) {
      const message = `${before} is of type ${role} already`
      report.problem(path, message, 'Keep one service of each type; write replicas for more.')
    }
    if (role !== null) roles.set(role, service.name ?? '')
    if (service.name !== undefined && names.has(service.name)) {
      report.problem(at(path, 'name'), `${service.name} is there twice`, 'Rename one.')
    }
    names.add(service.name ?? '')
  }
}

const dialsElsewhere = ({ env }: ServiceSpec): boolean =>
  'SYNDATA_COORDINATOR' in env && ('SYNDATA_TOKEN' in env || 'SYNDATA_TOKEN_FILE' in env)

const hasEnv = (deployment: Deployment, name: string): boolean =>
  name in (serviceOfRole(deployment, 'coordinator')?.env ?? {})

function checkBounds(deployment: Deployment, report: Report): void {
  const { scaling } = deployment
  // Limits that are the wrong way round are told where they stand.
  if (!scaling || scaling.min > scaling.max) return
  const workers = workersOf(deployment)
  if (workers >= scaling.min && workers <= scaling.max) return
  const message = `${workers} workers at first, with limits from ${scaling.min} to ${scaling.max}`
  report.problem('/depin/nodes/preferred', message, 'Change the counts or the limits.')
}
