// NodeOps template v0.1: one pod of at most five services behind one HTTP port, submitted by hand in the console.
import { stringify } from 'yaml'
import type { Deployment, EnvValue, ServiceSpec } from '../deployment.ts'
import { serviceOfRole } from '../deployment.ts'
import type { Target } from '../target.ts'
import { createRenderingTarget, type RenderingPlace, type RenderingStream } from './rendered.ts'
import { checkTemplate } from './template-check.ts'

export const DEFAULT_RESOURCES = { cpuMillis: 500, memoryBytes: 512 * 2 ** 20, gpus: 0 }
const MIB = 2 ** 20

export const createTemplateTarget = (place: RenderingPlace | RenderingStream): Target =>
  createRenderingTarget(
    {
      name: 'template',
      check: checkTemplate,
      render: renderTemplate,
      submit: (_deployment, file) => [
        `Submit ${file === '-' ? 'the file' : file} in the NodeOps console: Marketplace, Create a template, Configure compute.`,
        'Whoever deploys the template is asked for its variables in double braces, secrets among them.',
      ],
    },
    place,
  )

/** The file: no secret is in it, each reference is a question to whoever deploys it. */
export function renderTemplate(deployment: Deployment): string {
  const services = deployment.services.filter(
    ({ role, replicas }) => role !== 'worker' || replicas > 0,
  )
  const entries = services.map((spec) => [spec.name, templateService(spec, deployment)])
  const head = `# NodeOps template of ${deployment.name}, written by nodeops; images must be built for linux/amd64.\n`
  return head + stringify({ version: 0.1, services: Object.fromEntries(entries) })
}

function templateService(spec: ServiceSpec, deployment: Deployment): object {
  const { cpuMillis, memoryBytes } = spec.resources ?? DEFAULT_RESOURCES
  const isExposed = spec.role === 'coordinator'
  const containerPort = spec.ports['http'] ?? 8000
  return {
    image: spec.image,
    ...(spec.role === 'scheduler' && { args: ['coordinator/scheduler/main.ts'] }),
    ...(isExposed && { ports: [{ containerPort, protocol: 'TCP', expose: true }] }),
    env: [
      ...Object.entries({ ...inThePod(spec, deployment), ...spec.settings })
        .filter(([name]) => !(name in spec.env))
        .map(([name, value]) => ({ name, value })),
      ...Object.entries(spec.env).map(([name, value]) => ({
        name,
        value: templateValue(value, promptOf(spec.name, name)),
      })),
    ],
    resourceUsage: { idle: { cpu: cpuMillis, memory: Math.ceil(memoryBytes / MIB) } },
  }
}

const promptOf = (service: string, variable: string): string =>
  `${service}_${variable}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')

function templateValue(value: EnvValue, prompt: string): string {
  if ('value' in value) return value.value
  return `{{.${'fromEnv' in value ? value.fromEnv : prompt}}}`
}

/** All services of a template share one pod and its localhost; only /tmp can be written by the user that it runs as. */
function inThePod(spec: ServiceSpec, deployment: Deployment): Record<string, string> {
  const coordinator = serviceOfRole(deployment, 'coordinator')
  const parts = serviceOfRole(deployment, 'parts')
  const fleet = coordinator && `127.0.0.1:${coordinator.ports['fleet'] ?? 7443}`
  if (spec.role === 'worker')
    return {
      ...(fleet && { SYNDATA_COORDINATOR: fleet }),
      ...(deployment.regions[0] && { SYNDATA_REGION: deployment.regions[0].region }),
      SYNDATA_WORKER_DIR: '/tmp/worker',
    }
  return {
    ...(fleet && { SYNDATA_FLEET_ADDRESSES: fleet }),
    ...(parts && { SYNDATA_PARTS_URL: `https://127.0.0.1:${parts.ports['http'] ?? 8130}` }),
  }
}
