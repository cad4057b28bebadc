// Containers on one machine by `docker compose`: the compose.yaml of the repository, as the deployment's file has it.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import type {
  Applying,
  Bound,
  Finding,
  LogLine,
  LogOptions,
  Observed,
  Step,
  Target,
} from '../target.ts'
import { TargetError } from '../target.ts'
import { type Container, createDockerCompose, type DockerCompose } from './compose/docker.ts'
import { restPortOf, uiPortOf } from './compose/doors.ts'
import { type ComposeRecord, createComposeFolder, NOTHING } from './compose/record.ts'
import { renderCompose, workerServiceOf } from './compose/render.ts'
import { composeText, readBase, renderWhole } from './compose/whole.ts'
import { inTurn } from './in-turn.ts'
import { lookAtMachine } from './local/environment.ts'
import { type References, resolved } from './references.ts'
import { specOf, tellRegion, tellService } from './steps.ts'

export type ComposeOptions = {
  name: string
  /** Of the rendered file, its secrets and what was told. */
  dataDir: string
  /** Of the repository. */
  root: string
  references: References
  /** `docker`, but for tests. */
  command?: string
}

export function createComposeTarget(options: ComposeOptions): Target {
  const { name, dataDir, command = 'docker' } = options
  const folder = createComposeFolder(dataDir)
  const { file, envFile } = folder
  const docker = createDockerCompose({ command, project: name, file, envFile })
  return {
    name: 'compose',
    rendersOnly: false,
    check: async (deployment, bound) => {
      await docker.checkEngine(bound)
      const { gpus } = await lookAtMachine(bound.signal)
      return findingsOf(deployment, gpus)
    },
    render: async (deployment, { signal }) => {
      signal.throwIfAborted()
      const findings = findingsOf(deployment, Number.POSITIVE_INFINITY)
      return { ...renderWhole(deployment, { name, root: options.root }), findings }
    },
    observe: async ({ signal }) => {
      signal.throwIfAborted()
      const record = folder.read()
      const containers = folder.has('compose.yaml') ? await docker.ps({ signal }) : []
      const dataKept = !record.exists && folder.has('.env')
      return { ...observedOf(record, containers), dataKept }
    },
    apply: async (step, applying) => {
      const { deployment, signal } = applying
      signal.throwIfAborted()
      const record = folder.read()
      if (step.kind === 'install') return install(options, record, { signal })
      const next = recordAfter(record, step, deployment)
      // Written down first: what fails on the way has changed the file that containers are made from.
      if ('service' in step && record.exists) folder.write({ ...record, telling: step.service })
      await carryOut({ options, docker, record, next, step, applying })
      folder.write(next)
    },
    logs: (asked) => logLines(docker, folder.read(), asked),
    delete: async ({ signal, keepData }) => {
      signal.throwIfAborted()
      if (folder.has('compose.yaml')) await docker.down({ signal, volumes: !keepData })
      if (folder.has('deployment.json')) folder.remove({ keepData })
    },
  }
}

function findingsOf({ services, scaling }: Deployment, gpus: number): Finding[] {
  const warn = (service: string, message: string): Finding => ({
    ...{ severity: 'warning', service, message },
  })
  return [
    ...services.flatMap(({ name, resources }) =>
      (resources?.gpus ?? 0) > 0 && gpus === 0
        ? [warn(name, 'no NVIDIA GPU is on this machine: it runs on the processor')]
        : [],
    ),
    ...services.flatMap(({ name, volumes }) =>
      volumes.length > 0
        ? [
            {
              severity: 'note' as const,
              service: name,
              message: 'docker does not hold volumes to their sizes',
            },
          ]
        : [],
    ),
    ...(scaling
      ? [warn('scheduler', 'containers do not add others: the number of workers stays as it is')]
      : []),
  ]
}

async function install(
  { root, dataDir }: ComposeOptions,
  record: ComposeRecord,
  { signal }: Bound,
): Promise<void> {
  const folder = createComposeFolder(dataDir)
  if (!folder.has('.env')) {
    const script = path.join(root, 'deploy/compose/make-env.sh')
    const { stdout } = await promisify(execFile)('sh', [script], { signal })
    folder.put('.env', stdout)
  }
  folder.write({ ...record, exists: true })
}

/** What the file has to say once the step is done. */
function recordAfter(record: ComposeRecord, step: Step, deployment: Deployment): ComposeRecord {
  if (!record.exists) throw new TargetError('failed', 'nothing is installed', 'Deploy again.')
  switch (step.kind) {
    case 'install':
      return record
    case 'create':
    case 'update':
    case 'scale':
      return {
        ...record,
        telling: null,
        told: tellService(record.told, specOf(deployment, step.service), step.kind),
      }
    case 'place':
      return { ...record, regions: tellRegion(record.regions, step.region, step.to) }
    case 'remove': {
      const gone = record.told.find(({ name }) => name === step.service)
      const told = record.told.filter(({ name }) => name !== step.service)
      return { ...record, told, regions: gone?.role === 'worker' ? [] : record.regions }
    }
    case 'settle':
      return { ...record, revision: step.revision, settledRegions: deployment.regions }
  }
}

type Carrying = {
  options: ComposeOptions
  docker: DockerCompose
  record: ComposeRecord
  next: ComposeRecord
  step: Step
  applying: Applying
}

async function carryOut(carrying: Carrying): Promise<void> {
  const { docker, record, next, step, applying } = carrying
  if (step.kind === 'settle' || step.kind === 'install') return
  for (const service of goneBetween(record, next)) await docker.rm(service, applying)
  await render(carrying)
  const touched = touchedBy(step, next)
  if (isRollout(carrying)) await rollOut(carrying, touched)
  else if (touched.length > 0) await docker.up(touched, applying)
}

/** Workers that run are told anew region by region, unless the file wants all at once. */
const isRollout = ({ step, next, applying }: Carrying): boolean =>
  step.kind === 'update' &&
  next.told.find(({ name }) => name === step.service)?.role === 'worker' &&
  applying.deployment.rollout.kind === 'rolling'

const rollOut = ({ docker, applying }: Carrying, services: readonly string[]): Promise<void> =>
  inTurn(
    services,
    {
      begin: (service) => docker.up([service], applying),
      look: async (service) => {
        const all = await docker.ps(applying)
        const found = all.filter((each) => each.service === service && each.state !== 'exited')
        return { ready: found.filter(isWell).length, replicas: found.length, state: stateOf(found) }
      },
    },
    applying,
  )

const stateOf = (found: readonly Container[]): string => {
  const ill = found.find((container) => !isWell(container))
  return ill ? ill.health || ill.state : 'running'
}

const servicesIn = ({ told, regions }: ComposeRecord): string[] =>
  told.flatMap((spec) =>
    spec.role === 'worker'
      ? regions.map(({ region }) => workerServiceOf(spec, region))
      : [spec.name],
  )

function goneBetween(before: ComposeRecord, after: ComposeRecord): string[] {
  const left = new Set(servicesIn(after))
  return servicesIn(before).filter((service) => !left.has(service))
}

function touchedBy(step: Step, next: ComposeRecord): string[] {
  const worker = next.told.find(({ role }) => role === 'worker')
  if (step.kind === 'place') {
    return worker && step.to > 0 ? [workerServiceOf(worker, step.region)] : []
  }
  if (step.kind !== 'create' && step.kind !== 'update' && step.kind !== 'scale') return []
  const spec = next.told.find(({ name }) => name === step.service)
  return spec ? servicesIn({ ...next, told: [spec] }) : []
}

async function render({ options, next, applying }: Carrying): Promise<void> {
  const { root, name, dataDir, references } = options
  const folder = createComposeFolder(dataDir)
  const base = readBase(root)
  const withEnvFile = next.told.filter(({ env }) => Object.keys(env).length > 0)
  for (const spec of withEnvFile) folder.put(`${spec.name}.env`, envText(spec, references))
  const { gpus } = await lookAtMachine(applying.signal)
  const rendered = renderCompose({
    ...{ name, base, root, told: next.told, regions: next.regions, hasGpus: gpus > 0 },
    withEnvFile: new Set(withEnvFile.map((spec) => spec.name)),
  })
  folder.put('compose.yaml', composeText(rendered))
}

/** As compose reads it: single quotes keep everything but themselves. */
const envText = (spec: ServiceSpec, references: References): string =>
  Object.entries(resolved(spec, references))
    .map(([variable, value]) => `${variable}='${value.replaceAll("'", "\\'")}'\n`)
    .join('')

const isWell = ({ state, health }: Container): boolean =>
  state === 'running' && (health === '' || health === 'healthy')

function observedOf(record: ComposeRecord, containers: readonly Container[]): Observed {
  if (!record.exists) return { ...NOTHING, services: [], endpoints: [], hints: [] }
  const of = (services: readonly string[]): Container[] =>
    containers.filter(({ service, state }) => services.includes(service) && state !== 'exited')
  const worker = record.told.find(({ role }) => role === 'worker')
  const services = record.told.map((told) => {
    const found = of(servicesIn({ ...record, told: [told] }))
    const ready = found.filter(isWell).length
    return {
      ...{ name: told.name, role: told.role, replicas: found.length, ready },
      told: told.name === record.telling ? null : told,
      state: stateOf(found),
    }
  })
  const regions = record.regions.map(({ region }) => ({
    region,
    count: worker ? of([workerServiceOf(worker, region)]).length : 0,
  }))
  const { revision, settledRegions } = record
  return { exists: true, services, regions, settledRegions, revision, ...doors(record) }
}

function doors({ told }: ComposeRecord): Pick<Observed, 'endpoints' | 'hints'> {
  const coordinator = told.find(({ role }) => role === 'coordinator')
  if (!coordinator) return { endpoints: [], hints: [] }
  const url = `http://localhost:${restPortOf(told)}`
  const endpoints = [
    { name: 'REST API', url },
    { name: 'documentation', url: `${url}/docs` },
    { name: 'Temporal UI', url: `http://localhost:${uiPortOf(told)}` },
  ]
  return { endpoints, hints: [`curl -s ${url}/api/ready`] }
}

async function* logLines(
  docker: DockerCompose,
  record: ComposeRecord,
  { service, lines, follow, signal }: LogOptions,
): AsyncIterable<LogLine> {
  const told = record.told.filter(({ name }) => service === undefined || name === service)
  const services = servicesIn({ ...record, told })
  if (service !== undefined && services.length === 0) {
    throw new TargetError('refused', `no service is called ${service}`, 'See nodeops status.')
  }
  for await (const text of docker.logs({ services, lines, follow, signal })) {
    const at = text.indexOf('|')
    yield { service: text.slice(0, at).trim(), line: text.slice(at + 1).trim() }
  }
}
