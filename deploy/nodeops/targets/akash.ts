// Akash SDL 2.0: workers per region, with GPUs or without, that dial out to a coordinator elsewhere.
import { stringify } from 'yaml'
import type { Deployment, EnvValue, ServiceSpec } from '../deployment.ts'
import { showBytes, showCpu } from '../file/units.ts'
import type { Finding, Target } from '../target.ts'
import { checkAkash } from './akash-check.ts'
import { finding, when } from './findings.ts'
import { createRenderingTarget, type RenderingPlace, type RenderingStream } from './rendered.ts'

export type AkashSettings = {
  /** The most that is paid for a worker and block, in millionths of ACT. */
  price: number
  /** `a100`, `rtx4090`; none: any of NVIDIA's. */
  gpuModels: readonly string[]
}

const PRICES = { cpu: 10_000, gpu: 100_000 }
const DEFAULT_RESOURCES = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: 0 }
const EPHEMERAL_BYTES_MIN = 10 * 2 ** 30

/** AKASH_PRICE and AKASH_GPU_MODELS, which the file of the deployment has no keys for. */
export const akashSettingsOf = (env: NodeJS.ProcessEnv, hasGpus: boolean): AkashSettings => {
  const price = Number(env['AKASH_PRICE'])
  return {
    price: price > 0 ? price : hasGpus ? PRICES.gpu : PRICES.cpu,
    gpuModels: (env['AKASH_GPU_MODELS'] ?? '').split(',').flatMap((model) => model.trim() || []),
  }
}

export const createAkashTarget = (
  env: NodeJS.ProcessEnv,
  place: RenderingPlace | RenderingStream,
): Target =>
  createRenderingTarget(
    {
      name: 'akash',
      settings: [env['AKASH_PRICE'] ?? '', env['AKASH_GPU_MODELS'] ?? ''].join(' '),
      check: (deployment) => [...settingsFindings(env), ...checkAkash(deployment)],
      render: (deployment) => renderSdl(deployment, akashSettingsOf(env, hasGpus(deployment))),
      submit: ({ services }, file) => submitLines(services, file === '-' ? 'FILE' : file),
    },
    place,
  )

/** As providers write them: `rtx4090`, `a100`. */
const MODEL = /^[a-z0-9]+([-_.][a-z0-9]+)*$/

function settingsFindings(env: NodeJS.ProcessEnv): Finding[] {
  const { AKASH_PRICE: price, AKASH_GPU_MODELS: models } = env
  const wrong = akashSettingsOf(env, true).gpuModels.filter((model) => !MODEL.test(model))
  return [
    ...when(Boolean(price) && !(Number(price) > 0), () =>
      finding(
        'error',
        null,
        `AKASH_PRICE=${price} is no price: write uact per worker and block, such as 10000`,
      ),
    ),
    ...when(wrong.length > 0, () =>
      finding(
        'error',
        null,
        `AKASH_GPU_MODELS=${models} has ${wrong[0]}: write models in small letters, such as a100,h100`,
      ),
    ),
  ]
}

const hasGpus = ({ services }: Deployment): boolean =>
  services.some(({ resources }) => (resources?.gpus ?? 0) > 0)

/** One service and one placement per region, since each has its own name for its region; no secret is in it. */
export function renderSdl(deployment: Deployment, settings: AkashSettings): string {
  const worker = deployment.services.find(({ role }) => role === 'worker')
  const regions = worker ? deployment.regions.filter(({ count }) => count > 0) : []
  const named = regions.map(({ region, count }) => ({ region, count, name: `worker-${region}` }))
  const table = <T>(of: (one: (typeof named)[number]) => [string, T]) =>
    Object.fromEntries(named.map(of))
  const head = `# Akash SDL of ${deployment.name}, written by nodeops. Variables after $ are filled in before it is submitted.\n`
  if (!worker) return head
  return (
    head +
    stringify(
      {
        version: '2.0',
        services: table(({ name, region }) => [name, sdlService(worker, region)]),
        profiles: {
          compute: { worker: { resources: sdlResources(worker, settings) } },
          placement: table(({ region }) => [
            region,
            {
              attributes: { region },
              pricing: { worker: { denom: 'uact', amount: settings.price } },
            },
          ]),
        },
        deployment: table(({ name, region, count }) => [
          name,
          { [region]: { profile: 'worker', count } },
        ]),
      },
      { aliasDuplicateObjects: false },
    )
  )
}

/** Its health is exposed: a deployment that exposes nothing is refused. */
function sdlService(worker: ServiceSpec, region: string): object {
  const port = worker.ports['health'] ?? 8090
  const variables = {
    ...worker.settings,
    SYNDATA_REGION: region,
    SYNDATA_HEALTH_PORT: String(port),
    ...Object.fromEntries(
      Object.entries(worker.env).map(([name, value]) => [name, sdlValue(name, value)]),
    ),
  }
  return {
    image: worker.image,
    env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    expose: [{ port, as: 80, to: [{ global: true }] }],
  }
}

const sdlValue = (name: string, value: EnvValue): string =>
  'value' in value ? value.value : `$${'fromEnv' in value ? value.fromEnv : name}`

function sdlResources({ resources, volumes }: ServiceSpec, { gpuModels }: AkashSettings): object {
  const { cpuMillis, memoryBytes, gpus } = resources ?? DEFAULT_RESOURCES
  const asked = volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const models = gpuModels.length > 0 ? gpuModels.map((model) => ({ model })) : null
  return {
    cpu: { units: showCpu(cpuMillis) },
    memory: { size: showBytes(memoryBytes) },
    ...(gpus > 0 && { gpu: { units: gpus, attributes: { vendor: { nvidia: models } } } }),
    storage: [{ size: showBytes(Math.max(EPHEMERAL_BYTES_MIN, asked)) }],
  }
}

/** Names of the placeholders of a file. */
const placeholders = (services: readonly ServiceSpec[]): string[] => [
  ...new Set(
    services.flatMap(({ env }) =>
      Object.entries(env).flatMap(([name, value]) =>
        'value' in value ? [] : 'fromEnv' in value ? [value.fromEnv] : [name],
      ),
    ),
  ),
]

function submitLines(services: readonly ServiceSpec[], file: string): string[] {
  const names = placeholders(services)
  const list = names.map((name) => `$${name}`).join(' ')
  const filled = names.length > 0 ? 'filled.yaml' : file
  return [
    ...(names.length > 0
      ? [
          `With ${names.join(', ')} set:  envsubst '${list}' < ${file} > ${filled}   (it has secrets: delete it afterwards)`,
        ]
      : []),
    `In a browser: console.akash.network, Deploy, upload ${filled}, choose a bid for each region.`,
    `Or: provider-services tx deployment create ${filled} --from KEY; then, for a bid of each region,`,
    `provider-services tx market lease create --dseq DSEQ --gseq GSEQ --oseq 1 --provider PROVIDER --from KEY; then`,
    `provider-services send-manifest ${filled} --dseq DSEQ --provider PROVIDER --from KEY`,
  ]
}
