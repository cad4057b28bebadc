// nodeops.yaml to a deployment: everything that is wrong at once, with line and column and what to write.
import { type ConfigProblem, createReport, quote, type Report } from '#engine/config/problem.ts'
import { createLocate, readSource } from '#engine/config/read-source.ts'
import { isObject } from '#engine/config/shape.ts'
import { REGIONS } from '#settings/regions.ts'
import { type Deployment, type RegionCount, ROLES, type Rollout, workersOf } from '../deployment.ts'
import { checkPolicies } from './check-values.ts'
import { checkWhole } from './check-whole.ts'
import { type ReadFile, readPolicies } from './read-policies.ts'
import { type NamedService, readService, roleOf } from './read-service.ts'
import { readTree } from './read-tree.ts'
import { FileSchema } from './schema.ts'
import { type Policies, settingsOf } from './settings.ts'

export type FileReading = {
  /** Null when there are problems. */
  deployment: Deployment | null
  problems: ConfigProblem[]
  warnings: string[]
}

/** Never throws on bad input. */
export function readDeployment(text: string): FileReading {
  const report = createReport()
  const source = readSource(text, report)
  const isRead = source.usable && checkKind(source.value, report)
  const deployment = isRead ? readTop(source.value, report) : null
  const locate = createLocate(source, report.names)
  for (const problem of report.problems) locate(problem)
  const { problems, warnings } = report
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  return { deployment: problems.length === 0 ? deployment : null, problems, warnings }
}

const KEYS_SHOWN = 5

/** Whether it is meant as a deployment: of another kind of file it helps nobody to hear of every key. */
function checkKind(value: unknown, report: Report): boolean {
  const keys = isObject(value) ? Object.keys(value) : []
  if (keys.some((key) => Object.hasOwn(FileSchema.properties, key))) return true
  const begin = 'It begins with apiVersion: v1, kind: DeploymentConfig; nodeops init writes one.'
  if (value === null || (isObject(value) && keys.length === 0)) {
    report.problem('', 'The file is empty', begin)
  } else if (!isObject(value)) {
    report.problem('', `The file is ${quote(value)}, and no deployment`, begin)
  } else {
    const config = 'A config of tables is submitted as a job, to POST /api/jobs.'
    const shown = keys.slice(0, KEYS_SHOWN).join(', ')
    const hint = keys.includes('tables') ? config : begin
    report.problem('', `The file is no deployment: its keys are ${shown}`, hint)
  }
  return false
}

function readTop(value: unknown, report: Report): Deployment {
  const file = readTree(FileSchema, value, '', report, 'file') as ReadFile
  const named = (file.spec?.services ?? []).map((service, i): NamedService => {
    const path = `/spec/services/${i}`
    return { service, path, role: roleOf(service, path, report) }
  })
  const worker = named.find(({ role }) => role === 'worker') ?? null
  const regions = worker ? readRegions(file, worker, report) : []
  const policies = readPolicies(file, worker, report)
  checkPolicies(policies, worker?.path ?? '', report)
  const services = named.flatMap((one) => {
    const spec = readService(
      one,
      { replicas: file.spec?.replicas, workers: workersOf({ regions }) },
      report,
    )
    return spec ? [{ ...spec, settings: settingsOf(spec.role, policies) }] : []
  })
  services.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role))
  const deployment: Deployment = {
    name: file.metadata?.name ?? '',
    version: file.metadata?.version ?? null,
    description: file.metadata?.description ?? null,
    services,
    regions,
    scaling: scalingOf(policies),
    rollout: rolloutOf(file),
  }
  checkWhole(deployment, named, report)
  return deployment
}

function scalingOf(policies: Policies): Deployment['scaling'] {
  const { scaling } = policies
  if (!scaling) return null
  return { min: scaling.min, max: scaling.max, settings: settingsOf('scheduler', policies) }
}

function rolloutOf({ spec }: ReadFile): Rollout {
  const { type, rollingUpdate } = spec?.strategy ?? {}
  return {
    kind: type === 'Recreate' ? 'recreate' : 'rolling',
    maxSurge: rollingUpdate?.maxSurge ?? 1,
    maxUnavailable: rollingUpdate?.maxUnavailable ?? 0,
  }
}

/** Those of depin.nodes.preferred, else as many as the service has replicas, one region after the other. */
function readRegions(
  file: ReadFile,
  { service, path }: NamedService,
  report: Report,
): RegionCount[] {
  const preferred = file.depin?.nodes?.preferred
  const asked = service.replicas
  if (!preferred) {
    const count = asked ?? file.spec?.replicas ?? REGIONS.length
    return REGIONS.map((region, i) => ({
      region,
      count: Math.floor(count / REGIONS.length) + (i < count % REGIONS.length ? 1 : 0),
    })).filter((region) => region.count > 0)
  }
  const regions = new Map<string, number>()
  for (const [i, { region, count }] of preferred.entries()) {
    if (region === undefined || count === undefined) continue
    const where = `/depin/nodes/preferred/${i}/region`
    if (regions.has(region)) report.problem(where, `${region} is there twice`, 'Keep one of them.')
    regions.set(region, count)
  }
  const found = [...regions].map(([region, count]) => ({ region, count }))
  if (asked !== undefined && asked !== workersOf({ regions: found })) {
    const sum = workersOf({ regions: found })
    const message = `${asked} replicas, and ${sum} in depin.nodes.preferred`
    report.problem(`${path}/replicas`, message, 'Leave replicas out: the regions say it.')
  }
  return found
}
