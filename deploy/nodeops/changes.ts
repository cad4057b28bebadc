// What differs between two forms of a service, as people wrote it.
import { isDeepStrictEqual } from 'node:util'
import type { EnvValue, ServiceSpec } from './deployment.ts'
import { showBytes, showCpu, showDuration } from './file/units.ts'
import type { Change } from './target.ts'

/** Sorted by path; empty when a target that was told `from` need not be told `to`. Replicas are not settings. */
export function changesBetween(from: ServiceSpec, to: ServiceSpec): Change[] {
  const [before, after] = [flat(from), flat(to)]
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path) ?? null, after.get(path) ?? null]
    return isDeepStrictEqual(old, now) ? [] : [{ path, from: old, to: now }]
  })
}

function flat(spec: ServiceSpec): Map<string, string> {
  const values = new Map<string, string>()
  const put = (path: string, value: string | null): void => {
    if (value !== null) values.set(path, value)
  }
  put('image', spec.image)
  for (const [name, port] of Object.entries(spec.ports)) put(`ports.${name}`, String(port))
  if (spec.resources) {
    put('resources.cpu', showCpu(spec.resources.cpuMillis))
    put('resources.memory', showBytes(spec.resources.memoryBytes))
    put('resources.gpu', String(spec.resources.gpus))
  }
  for (const { name, mountPath, sizeBytes } of spec.volumes)
    put(`volumes.${name}`, `${showBytes(sizeBytes)} at ${mountPath}`)
  if (spec.healthCheck) {
    const { path, intervalMs, timeoutMs, retries } = spec.healthCheck
    const times = `every ${showDuration(intervalMs)}, within ${showDuration(timeoutMs)}`
    put('healthCheck', `${path} ${times}, ${retries} times`)
  }
  for (const [name, value] of Object.entries(spec.settings)) put(`settings.${name}`, value)
  for (const [name, value] of Object.entries(spec.env)) put(`env.${name}`, shown(value))
  return values
}

/** A literal of the file is no secret: the reader warns of those that look like one. */
function shown(value: EnvValue): string {
  if ('value' in value) return JSON.stringify(value.value)
  if ('fromEnv' in value) return `from the variable ${value.fromEnv}`
  if ('fromFile' in value) return `from the file ${value.fromFile}`
  return `from the secret ${value.fromSecret.name}, key ${value.fromSecret.key}`
}
