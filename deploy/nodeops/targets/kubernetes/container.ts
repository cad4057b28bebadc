// The container of a service as the deployment's file has it: image, environment, resources, probes.
import type { EnvValue, HealthCheck, ServiceSpec } from '../../deployment.ts'
import { showBytes, showCpu } from '../../file/units.ts'
import { type Container, type EnvVar, type Probe, referencesNameOf } from './manifests.ts'

export type ImageOptions = {
  /** Put before images that name none; null leaves them as they are. */
  registry: string | null
  /** Tag of images that nobody names. */
  version: string
}

/** Whether a cluster can know where it comes from. */
export const hasRegistry = (image: string): boolean => !/^syndata-[a-z-]+(:|@|$)/.test(image)

/** Of a service that asks for GPUs our worker is another image, of the same registry and tag. */
export function imageOf(
  { image, resources }: Pick<ServiceSpec, 'image' | 'resources'>,
  base: string,
  { registry, version }: ImageOptions,
): string {
  const asked = image ?? (base.includes(':') ? base : `${base}:${version}`)
  const isGpu = (resources?.gpus ?? 0) > 0
  const named = isGpu
    ? asked.replace(/(^|\/)syndata-worker(?=[:@]|$)/, '$1syndata-worker-cuda')
    : asked
  return registry === null || hasRegistry(named) ? named : `${registry.replace(/\/$/, '')}/${named}`
}

/** A worker of a coordinator elsewhere: it needs none of the tokens that are minted here. */
export const hasOwnToken = ({ role, env }: Pick<ServiceSpec, 'role' | 'env'>): boolean =>
  role === 'worker' && 'SYNDATA_TOKEN' in env && !('SYNDATA_TOKEN_FILE' in env)

/** Those of the base, then what the file's policies say, then its own variables. */
export function environmentOf(
  base: readonly EnvVar[],
  { role, settings, env }: ServiceSpec,
): EnvVar[] {
  const merged = new Map(base.map((variable) => [variable.name, variable]))
  for (const [name, value] of Object.entries(settings)) merged.set(name, { name, value })
  for (const [name, value] of Object.entries(env)) merged.set(name, variableOf(name, value, role))
  if (hasOwnToken({ role, env })) merged.delete('SYNDATA_TOKEN_FILE')
  return [...merged.values()]
}

function variableOf(name: string, value: EnvValue, role: string): EnvVar {
  // $(NAME) would be taken for another variable.
  if ('value' in value) return { name, value: value.value.replaceAll('$(', '$$$$(') }
  const ref = 'fromSecret' in value ? value.fromSecret : { name: referencesNameOf(role), key: name }
  return { name, valueFrom: { secretKeyRef: { name: ref.name, key: ref.key } } }
}

/** What the file asks for is set aside, and all that there is. */
export function resourcesOf(
  { resources }: ServiceSpec,
  base: Container['resources'],
): NonNullable<Container['resources']> {
  if (!resources) return base ?? {}
  const { cpuMillis, memoryBytes, gpus } = resources
  const amounts = {
    cpu: showCpu(cpuMillis),
    memory: showBytes(memoryBytes),
    ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}),
  }
  return { requests: { ...amounts }, limits: amounts }
}

const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1_000))

/**
 * The file's check times the probes of its path. A path that none has is that of readiness: a container that is not
 * ready yet is not to be killed for it.
 */
export function probesOf(
  { readinessProbe, livenessProbe }: Container,
  check: HealthCheck | null,
): Pick<Container, 'readinessProbe' | 'livenessProbe'> {
  const paths = [readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path)
  const path = paths.includes(check?.path) ? undefined : check?.path
  const probe = (of: Probe | undefined, own?: string): Probe | undefined => {
    if (!of || !check) return of
    if (of.httpGet && own === undefined && of.httpGet.path !== check.path) return of
    const { intervalMs, timeoutMs, retries } = check
    return {
      ...of,
      ...(of.httpGet && own !== undefined ? { httpGet: { ...of.httpGet, path: own } } : {}),
      periodSeconds: seconds(intervalMs),
      timeoutSeconds: seconds(timeoutMs),
      failureThreshold: retries,
    }
  }
  const ready = probe(readinessProbe, path)
  const live = probe(livenessProbe)
  return {
    ...(ready ? { readinessProbe: ready } : {}),
    ...(live ? { livenessProbe: live } : {}),
  }
}
