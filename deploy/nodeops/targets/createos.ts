// CreateOS, the platform of NodeOps: small services as apps, larger workers as virtual machines. What it cannot run,
// `check` says with where it can.
import { readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { ServiceSpec } from '../deployment.ts'
import { type Applying, type Bound, type Step, type Target, TargetError } from '../target.ts'
import { createApi } from './createos/api.ts'
import {
  ENVIRONMENT,
  ensureDeployment,
  ensureEnvironment,
  ensureProject,
  listApps,
  removeApp,
  removeEnvironment,
} from './createos/apps.ts'
import { CALL_DEFAULTS, type CallSettings, createCaller } from './createos/call.ts'
import { checkCreateos } from './createos/check.ts'
import { whileDrained } from './createos/leave.ts'
import { createosLogs } from './createos/logs.ts'
import { observedOf, observeParts, paced, regionsOf } from './createos/observe.ts'
import { TIMING, type Timing } from './createos/patience.ts'
import { createScalingFile, type ScalingFile } from './createos/scaling-file.ts'
import { fitsApp } from './createos/sizes.ts'
import { createSsh } from './createos/ssh.ts'
import { listVms, placeVms, removeVm, resizeVms, type VmDeps } from './createos/vms.ts'
import { environmentOf, type References } from './references.ts'
import { specOf, tellRegion, tellService } from './steps.ts'
import { createToldFile, type ToldFile } from './told-file.ts'

const URL_DEFAULT = 'https://api-createos.nodeops.network'

export type CreateosOptions = {
  /** The deployment's name. */
  name: string
  references: References
  /** Of nodeops, beside the file: what was told, and the keys of machines. */
  stateFolder: string
  timing?: Timing
  calls?: Partial<CallSettings>
}

type Deps = VmDeps & { told: ToldFile; scaling: ScalingFile }

/** Nothing is asked before it is needed, not even the key. */
export function createCreateosTarget(options: CreateosOptions): Target {
  const { name, references, stateFolder } = options
  const { env } = references
  const timing = options.timing ?? timingOf(env)
  const sshKeyFile = env['CREATEOS_SSH_KEY'] || path.join(homedir(), '.ssh', 'id_ed25519')
  const knownHostsFile = path.join(stateFolder, `${name}.createos.known_hosts`)
  const url = env['CREATEOS_API_URL'] || URL_DEFAULT
  const key = (): string => keyOf(references) ?? missingKey()
  const told = createToldFile(path.join(stateFolder, `${name}.createos.told.json`))
  const api = createApi(createCaller({ ...CALL_DEFAULTS, url, key, ...options.calls }))
  const ssh = createSsh({ keyFile: sshKeyFile, knownHostsFile })
  const scalingFile = path.join(stateFolder, `${name}.createos.scaling.env`)
  const scaling = createScalingFile(scalingFile, { url: env['CREATEOS_API_URL'] || null })
  const deps: Deps = { api, deployment: name, timing, ssh, references, told, scaling }
  const look = paced(
    async (bound) => observedOf(await observeParts(deps, bound), told.read()),
    timing.pollMs,
  )
  return {
    name: 'createos',
    rendersOnly: false,
    check: async (deployment, { signal }) => {
      signal.throwIfAborted()
      return checkCreateos(deployment, { key: keyOf(references), sshKeyFile })
    },
    observe: look,
    apply: async (step, applying) => {
      applying.signal.throwIfAborted()
      await applyStep(deps, step, applying)
    },
    logs: (asked) => createosLogs(deps, asked),
    delete: async ({ signal, say }) => {
      signal.throwIfAborted()
      await removeAll(deps, () => true, { signal, say })
      told.remove()
      scaling.remove()
      rmSync(knownHostsFile, { force: true })
    },
  }
}

/** CREATEOS_POLL_SECONDS, for accounts whose limits are tighter than nodeops is patient. */
function timingOf(env: NodeJS.ProcessEnv): Timing {
  const seconds = Number(env['CREATEOS_POLL_SECONDS'])
  return seconds > 0 ? { ...TIMING, pollMs: 1_000 * seconds } : TIMING
}

function keyOf({ env, folder }: References): string | null {
  const file = env['CREATEOS_API_KEY_FILE']
  if (env['CREATEOS_API_KEY'] || !file) return env['CREATEOS_API_KEY'] || null
  try {
    return readFileSync(path.resolve(folder, file), 'utf8').trim() || null
  } catch (cause) {
    const message = `CREATEOS_API_KEY_FILE: ${file} cannot be read`
    throw new TargetError('refused', message, 'Make the file, or correct its name.', { cause })
  }
}

function missingKey(): never {
  const whatToDo = 'Make a key in the console of CreateOS, and set CREATEOS_API_KEY.'
  throw new TargetError('refused', 'createos needs a key of its API', whatToDo)
}

type Doing = Pick<Applying, 'deployment' | 'say'> & Bound

async function applyStep(deps: Deps, step: Step, doing: Doing): Promise<void> {
  const { told } = deps
  const { services, regions } = told.read()
  switch (step.kind) {
    case 'install':
      // A wrong key is said here, before anything is made.
      await listApps(deps, doing)
      return told.write({ exists: true })
    case 'create':
    case 'update':
    case 'scale': {
      const spec = specOf(doing.deployment, step.service)
      const after = tellService(services, spec, step.kind)
      const before = services.find(({ name }) => name === spec.name)
      if (spec.role === 'worker') await tellWorkers(deps, { spec, before, kind: step.kind }, doing)
      else await putApp(deps, spec, step.kind === 'update' ? null : spec.replicas, doing)
      return told.write({ services: after })
    }
    case 'place':
      await place(deps, { region: step.region, count: step.to }, doing)
      return told.write({ regions: tellRegion(regions, step.region, step.to) })
    case 'remove':
      await removeAll(deps, (service) => service === step.service, doing)
      return told.write({ services: services.filter(({ name }) => name !== step.service) })
    case 'settle':
      await writeScaling(deps, doing)
      return told.write({
        exists: true,
        revision: step.revision,
        settledRegions: doing.deployment.regions,
      })
  }
}

/** Apps alone: a scheduler cannot set machines up. */
async function writeScaling(deps: Deps, { deployment, signal, say }: Doing): Promise<void> {
  const apps = await listApps(deps, { signal })
  const workers = apps.find(({ role }) => role === 'worker')
  deps.scaling.write(deployment, workers?.project.id ?? null)
  if (deployment.scaling && workers)
    say(`what the scheduler needs to size them: ${deps.scaling.file}`)
}

const imageOf = ({ name, image }: ServiceSpec): string => {
  if (image !== null) return image
  throw new TargetError('refused', `${name} has no image`, 'Write image: of a public registry.')
}

async function putApp(
  deps: Deps,
  spec: ServiceSpec,
  replicas: number | null,
  doing: Doing,
): Promise<void> {
  const runEnvs = environmentOf(spec, deps.references)
  const project = await ensureProject(deps, spec, doing)
  const deployed = await ensureDeployment(deps, { project, image: imageOf(spec) }, doing)
  const wanted = { uniqueName: ENVIRONMENT, runEnvs, replicas }
  await ensureEnvironment(deps, { project, spec, deployed }, wanted, doing)
}

/** Workers that run are told. Those that outgrew an app, or fit one again, get places of the other kind first. */
async function tellWorkers(
  deps: Deps,
  {
    spec,
    before,
    kind,
  }: { spec: ServiceSpec; before: ServiceSpec | undefined; kind: Step['kind'] },
  doing: Doing,
): Promise<void> {
  if (kind === 'scale') return
  const wanted = fitsApp(spec) ? 'app' : 'vm'
  if (wanted === 'app') await prepareApp(deps, spec, doing)
  if (kind !== 'update') return
  const parts = (await observeParts(deps, doing)).filter(({ service }) => service === spec.name)
  const others = parts.filter((part) => part.kind !== wanted && part.region !== null)
  const isResized = wanted === 'vm' && before !== undefined && !sameSize(before, spec)
  if (isResized && others.length === 0) await resizeVms(deps, spec, doing)
  for (const one of regionsOf(others.length > 0 ? others : parts))
    await placeWorkers(deps, spec, one, doing)
  if (parts.some((part) => part.kind !== wanted))
    await removeKind(deps, spec.name, wanted === 'app' ? 'vm' : 'app', doing)
}

const sameSize = (a: ServiceSpec, b: ServiceSpec): boolean =>
  JSON.stringify([a.resources, a.volumes]) === JSON.stringify([b.resources, b.volumes])

async function prepareApp(deps: Deps, spec: ServiceSpec, doing: Doing) {
  const project = await ensureProject(deps, spec, doing)
  const deployed = await ensureDeployment(deps, { project, image: imageOf(spec) }, doing)
  return { project, deployed }
}

type Place = { region: string; count: number }

async function place(deps: Deps, where: Place, doing: Doing): Promise<void> {
  const spec = doing.deployment.services.find(({ role }) => role === 'worker')
  if (spec) return placeWorkers(deps, spec, where, doing)
  if (where.count === 0) return
  throw new TargetError('failed', 'the deployment has no worker', 'Plan anew.')
}

async function placeWorkers(
  deps: Deps,
  spec: ServiceSpec,
  { region, count }: Place,
  doing: Doing,
): Promise<void> {
  const variables = environmentOf(spec, deps.references)
  if (!fitsApp(spec)) return placeVms(deps, { spec, region, count, variables }, doing)
  const { project, deployed } = await prepareApp(deps, spec, doing)
  const name = `${deps.deployment}-${spec.name}-${region}`
  const runEnvs = { ...variables, SYNDATA_REGION: region, SYNDATA_WORKER_NAME: name }
  const wanted = { uniqueName: region, runEnvs, replicas: count }
  const act = (): Promise<void> =>
    count === 0
      ? removeEnvironment(deps, { project, uniqueName: region }, doing)
      : ensureEnvironment(deps, { project, spec, deployed }, wanted, doing)
  const parts = (await observeParts(deps, doing)).filter((part) => part.service === spec.name)
  const now = regionsOf(parts).find((one) => one.region === region)?.count ?? 0
  // Which of them it ends CreateOS does not say, so all of them have nothing when it does.
  return count < now ? whileDrained(deps, { region, name }, doing, act) : act()
}

type Saying = Bound & Pick<Applying, 'say'>

async function removeKind(
  deps: Deps,
  service: string,
  kind: 'app' | 'vm',
  saying: Saying,
): Promise<void> {
  if (kind === 'app')
    for (const app of await listApps(deps, saying))
      if (app.service === service) await removeApp(deps, app, saying)
  if (kind === 'vm')
    for (const one of await listVms(deps, saying))
      if (one.place.service === service) await removeVm(deps, one, saying)
}

/** Machines first: they cost the most. */
async function removeAll(
  deps: Deps,
  isMeant: (service: string) => boolean,
  saying: Saying,
): Promise<void> {
  for (const one of await listVms(deps, saying))
    if (isMeant(one.place.service)) await removeVm(deps, one, saying)
  for (const app of await listApps(deps, saying))
    if (isMeant(app.service)) await removeApp(deps, app, saying)
}
